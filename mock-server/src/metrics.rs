//! The counters in Prometheus' text format.

use std::fmt::Write;

use crate::stats::Snapshot;

/// One text with all counters.
pub(crate) fn text(stats: &Snapshot) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write(&mut text, stats);
    text
}

fn write(out: &mut String, stats: &Snapshot) -> std::fmt::Result {
    for (name, kind, help, value) in [
        ("in_flight", "gauge", "Requests whose answer is not handed over yet.", stats.in_flight),
        ("in_flight_peak", "gauge", "The most requests in flight at once.", stats.peak_in_flight),
        ("early_total", "counter", "Answers before their deadline.", stats.early),
        ("clients_gone_total", "counter", "Requests whose client went away.", stats.dropped),
        ("connections_total", "counter", "Connections accepted.", stats.connections),
        ("connections_open", "gauge", "Connections open.", stats.open_connections),
        ("accept_errors_total", "counter", "Failures to accept.", stats.accept_errors),
    ] {
        header(out, name, kind, help)?;
        writeln!(out, "mock_server_{name} {value}")?;
    }

    header(out, "requests_total", "counter", "Requests answered.")?;
    for (endpoint, statuses) in &stats.endpoints {
        for (status, count) in statuses {
            writeln!(
                out,
                "mock_server_requests_total{{endpoint=\"{endpoint}\",status=\"{status}\"}} {count}"
            )?;
        }
    }

    header(out, "faults_total", "counter", "Faults made.")?;
    for (kind, count) in &stats.faults {
        writeln!(out, "mock_server_faults_total{{kind=\"{kind}\"}} {count}")?;
    }

    let late = &stats.lateness_us;
    header(out, "lateness_seconds", "summary", "From a deadline to the answer being ready.")?;
    for (quantile, micros) in
        [("0.5", late.p50), ("0.9", late.p90), ("0.99", late.p99), ("0.999", late.p999)]
    {
        let seconds = micros / 1e6;
        writeln!(out, "mock_server_lateness_seconds{{quantile=\"{quantile}\"}} {seconds}")?;
    }
    let sum = late.mean * late.count as f64 / 1e6;
    writeln!(out, "mock_server_lateness_seconds_sum {sum}")?;
    writeln!(out, "mock_server_lateness_seconds_count {}", late.count)?;

    // The name that Prometheus' own clients have for it.
    if let Some(cpu) = stats.cpu_us {
        writeln!(out, "# HELP process_cpu_seconds_total User and system CPU time of the process.")?;
        writeln!(out, "# TYPE process_cpu_seconds_total counter")?;
        writeln!(out, "process_cpu_seconds_total {}", cpu.seconds())?;
    }
    Ok(())
}

fn header(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP mock_server_{name} {help}\n# TYPE mock_server_{name} {kind}")
}
