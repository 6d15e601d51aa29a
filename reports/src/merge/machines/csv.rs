//! `ratios.csv`: one row for each ratio on each machine.

use super::beside::{Column, Machines, Row, Section};
use crate::csv::{number, quoted};
use crate::relative::{Against, Found};
use crate::rows::params;

const HEADER: &str = "run,commit,created,cpu_model,logical_cpus,kernel,workload,params,delay_ms,n,client,against,rounds,time_ratio,time_ratio_low,time_ratio_high,verdict";

/// Every ratio that has figures: the client's time by that of what it is held against, so that less
/// is better whatever that is.
pub(super) fn csv(machines: &Machines) -> String {
    let mut text = format!("{HEADER}\n");
    for section in &machines.sections {
        for row in &section.rows {
            for (column, found) in machines.columns.iter().zip(&row.found) {
                if let Some(fields) = fields(column, section, row, *found) {
                    text.push_str(&(fields.join(",") + "\n"));
                }
            }
        }
    }
    text
}

fn fields(
    column: &Column,
    section: &Section,
    row: &Row,
    found: Option<Found>,
) -> Option<Vec<String>> {
    let Found::Ratio(ratio, verdict) = found? else { return None };
    let (record, machine) = (&column.record, &column.record.machine);
    let (Against::Reference(against) | Against::Base(against)) = &row.against;
    Some(vec![
        quoted(&record.run),
        quoted(record.git_rev.as_deref().unwrap_or_default()),
        quoted(&record.created),
        quoted(machine.cpu_model.as_deref().unwrap_or_default()),
        machine.logical_cpus.to_string(),
        quoted(&machine.kernel),
        quoted(&section.scenario.workload),
        quoted(&params(&section.scenario.params)),
        number(section.scenario.delay_ms),
        row.n.to_string(),
        quoted(&row.client),
        quoted(against),
        ratio.rounds.to_string(),
        number(Some(ratio.value)),
        number(ratio.interval.map(|it| it.low)),
        number(ratio.interval.map(|it| it.high)),
        verdict.as_str().to_owned(),
    ])
}
