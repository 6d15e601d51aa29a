//! `changes.csv`: one row a cell, variant and quantity.

use super::field::{number, quoted};
use crate::change::{Change, Changes, Finding};
use crate::record::Record;
use crate::rows::params;
use crate::stats::Estimate;

const HEADER: &str = "run,commit,workload,params,delay_ms,n,client,base,variant,quantity,base_s,variant_s,rounds,ratio,ratio_low,ratio_high,p_value,again_rounds,again_ratio,again_low,again_high,again_p_value,floor,finding,reason";

/// Every change as comma-separated values, with a header. Rows of several runs can be put into one
/// file.
pub(crate) fn changes(record: &Record, changes: &Changes) -> String {
    let mut text = format!("{HEADER}\n");
    for change in &changes.changes {
        text.push_str(&(row(record, changes, change).join(",") + "\n"));
    }
    text
}

fn row(record: &Record, changes: &Changes, change: &Change) -> Vec<String> {
    let scenario = &change.scenario;
    let seconds = |ns: Option<f64>| number(ns.map(|ns| ns / 1e9));
    let mut fields = vec![
        quoted(&record.run),
        quoted(record.git_rev.as_deref().unwrap_or_default()),
        quoted(&scenario.workload),
        quoted(&params(&scenario.params)),
        number(scenario.delay_ms),
        change.n.to_string(),
        quoted(&change.client),
        quoted(&changes.base),
        quoted(&change.variant),
        change.quantity.name().to_owned(),
        seconds(change.base),
        seconds(change.new),
    ];
    fields.extend([change.estimate, change.confirmation].iter().flat_map(ratio));
    let reason = match &change.finding {
        Finding::NotMeasured(reason) => quoted(reason),
        _ => String::new(),
    };
    fields.extend([number(Some(changes.floor)), change.finding.as_str().to_owned(), reason]);
    fields
}

fn ratio(estimate: &Option<Estimate>) -> [String; 5] {
    let interval = estimate.and_then(|it| it.interval);
    [
        estimate.map(|it| it.rounds.to_string()).unwrap_or_default(),
        number(estimate.map(|it| it.value)),
        number(interval.map(|it| it.low)),
        number(interval.map(|it| it.high)),
        number(estimate.and_then(|it| it.p_value())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{self, cell_mut};

    #[test]
    fn one_row_a_cell_variant_and_quantity() {
        let mut record = synthetic::variants(&["1.44.2", "1.45.0, patched"], &[5], 5);
        synthetic::slow(cell_mut(&mut record, "tokio@1.45.0, patched", 5), 2.0);
        synthetic::rerun(&mut record, "tokio@1.45.0, patched", 5, 1.9);
        synthetic::fail(cell_mut(&mut record, "smol@1.44.2", 5), "killed, by signal 9");
        let text = changes(&record, &Changes::of(&record, 0.05));
        insta::assert_snapshot!(text, @r#"
        run,commit,workload,params,delay_ms,n,client,base,variant,quantity,base_s,variant_s,rounds,ratio,ratio_low,ratio_high,p_value,again_rounds,again_ratio,again_low,again_high,again_p_value,floor,finding,reason
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,1.44.2,"1.45.0, patched",time,0.010449989549987469,0.0208999790999749,5,2,1.9932106678794546,2.0068124581409834,0.00000000005848237270196522,5,1.9,1.9,1.9,0,0.05,regression,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,1.44.2,"1.45.0, patched",cpu,0.0003500000000000001,0.0007000000000000002,5,2,2,2,0,5,1.9,1.9,1.9,0,0.05,regression,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,smol,1.44.2,"1.45.0, patched",time,,0.01047998951998744,,,,,,,,,,,0.05,not measured,"smol@1.44.2 failed: killed, by signal 9"
        "#);
        let columns = |line: &str| line.replace("\"1.45.0, patched\"", "").split(',').count();
        assert_eq!(columns(text.lines().nth(1).unwrap()), columns(HEADER));
    }
}
