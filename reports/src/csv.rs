//! `speedup.csv`: one row a cell, plain numbers, empty where there is none.

mod changes;
mod claims;
mod field;

pub(crate) use changes::changes;
pub(crate) use claims::claims;
pub(crate) use field::{number, quoted};

use crate::analysis::Analysis;
use crate::record::Record;
use crate::rows::{self, Field};

/// Every cell of the record as comma-separated values, with a header.
///
/// Each row stands alone: rows of several runs can be put into one file.
pub(crate) fn csv(record: &Record, analysis: &Analysis) -> String {
    let mut text = rows::columns().join(",") + "\n";
    for row in rows::rows(record, analysis) {
        let fields: Vec<String> = row.iter().map(shown).collect();
        text.push_str(&(fields.join(",") + "\n"));
    }
    text
}

fn shown(field: &Field) -> String {
    match field {
        Field::Text(text) => quoted(text),
        Field::Count(count) => count.to_string(),
        Field::Number(value) => number(Some(*value)),
        Field::Nothing => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Status;
    use crate::synthetic;

    #[test]
    fn one_row_a_cell_and_nothing_where_there_is_none() {
        let mut record = synthetic::record_of(&["sequential", "tokio", "smol"], &[5, 20], 5);
        synthetic::fail(synthetic::cell_mut(&mut record, "tokio", 20), "killed, by signal 9");
        let skipped = synthetic::cell_mut(&mut record, "smol", 20);
        skipped.status = Status::Skipped;
        skipped.rounds.clear();
        insta::assert_snapshot!(csv(&record, &Analysis::of(&record)), @"
        run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict,cpu_s,cpu_low_s,cpu_high_s,cpu_ratio,cpu_ratio_low,cpu_ratio_high,cpu_verdict,user_s,user_low_s,user_high_s,user_ratio,user_ratio_low,user_ratio_high,user_verdict,system_s,system_low_s,system_high_s,system_ratio,system_ratio_low,system_ratio_high,system_verdict,server_cpu_s,server_cpu_low_s,server_cpu_high_s,server_cpu_ratio,server_cpu_ratio_low,server_cpu_ratio_high,server_cpu_verdict,voluntary,voluntary_low,voluntary_high,voluntary_ratio,voluntary_ratio_low,voluntary_ratio_high,voluntary_verdict,involuntary,involuntary_low,involuntary_high,involuntary_ratio,involuntary_ratio_low,involuntary_ratio_high,involuntary_verdict,peak_memory_bytes,peak_memory_low_bytes,peak_memory_high_bytes,peak_memory_ratio,peak_memory_ratio_low,peak_memory_ratio_high,peak_memory_verdict,timings
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,sequential,measured,5,0.0519999479999376,0.0518979594710934,0.05210213695400317,1,,,0.9615394230790384,,0.0003500000000000001,0.0003500000000000001,0.0003500000000000001,,,,,0.00010099752467967693,0.00010002065065502023,0.00010198393956268434,,,,,0.0002489989959790774,0.0002480193055518399,0.0002499825562394761,,,,,0.00027500000000000007,0.00027500000000000007,0.00027500000000000007,,,,,10.000000000000002,10.000000000000002,10.000000000000002,,,,,0.04,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,measured,5,0.010449989549987469,0.01042949377832551,0.01047052559941026,4.976076555023923,4.959184436829265,4.993026211642638,0.9569387559829657,faster,0.0003500000000000001,0.0003500000000000001,0.0003500000000000001,1,1,1,same,0.00010099752467967693,0.00010002065065502023,0.00010198393956268434,1,1,1,same,0.0002489989959790774,0.0002480193055518399,0.0002499825562394761,1,1,1,same,0.00027500000000000007,0.00027500000000000007,0.00027500000000000007,1,1,1,same,2.5,2.5,2.5,0.25,0.25,0.25,less,0.04,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,smol,measured,5,0.010479989519987402,0.010459434908789537,0.01050058452457604,4.9618320610687014,4.948074893515075,4.975627477772385,0.9541994274830172,faster,0.0003500000000000001,0.0003500000000000001,0.0003500000000000001,1,1,1,same,0.00010099752467967693,0.00010002065065502023,0.00010198393956268434,1,1,1,same,0.0002489989959790774,0.0002480193055518399,0.0002499825562394761,1,1,1,same,0.00027500000000000007,0.00027500000000000007,0.00027500000000000007,1,1,1,same,2.5,2.5,2.5,0.25,0.25,0.25,less,0.04,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,sequential,measured,5,0.20799979199975044,0.20759183788437366,0.2084085478160127,1,,,0.9615394230790383,,0.0014000000000000006,0.0014000000000000006,0.0014000000000000006,,,,,0.00040399009871870775,0.00040008260262008107,0.0004079357582507375,,,,,0.00099599598391631,0.0009920772222073598,0.0009999302249579045,,,,,0.0011000000000000005,0.0011000000000000005,0.0011000000000000005,,,,,40,40,40,,,,,0.04,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,tokio,failed,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,20,smol,skipped,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
        ");
    }

    #[test]
    fn without_intervals_their_fields_are_empty() {
        let record = synthetic::record_of(&["sequential", "tokio"], &[5], 2);
        insta::assert_snapshot!(csv(&record, &Analysis::of(&record)), @"
        run,commit,workload,params,delay_ms,n,client,status,rounds,mean_s,mean_low_s,mean_high_s,speedup,speedup_low,speedup_high,efficiency,verdict,cpu_s,cpu_low_s,cpu_high_s,cpu_ratio,cpu_ratio_low,cpu_ratio_high,cpu_verdict,user_s,user_low_s,user_high_s,user_ratio,user_ratio_low,user_ratio_high,user_verdict,system_s,system_low_s,system_high_s,system_ratio,system_ratio_low,system_ratio_high,system_verdict,server_cpu_s,server_cpu_low_s,server_cpu_high_s,server_cpu_ratio,server_cpu_ratio_low,server_cpu_ratio_high,server_cpu_verdict,voluntary,voluntary_low,voluntary_high,voluntary_ratio,voluntary_ratio_low,voluntary_ratio_high,voluntary_verdict,involuntary,involuntary_low,involuntary_high,involuntary_ratio,involuntary_ratio_low,involuntary_ratio_high,involuntary_verdict,peak_memory_bytes,peak_memory_low_bytes,peak_memory_high_bytes,peak_memory_ratio,peak_memory_ratio_low,peak_memory_ratio_high,peak_memory_verdict,timings
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,sequential,measured,2,0.05194797397396745,,,1,,,0.9625014447157529,,0.0003500000000000001,,,,,,,0.0001002496882788171,,,,,,,0.00024974987487484353,,,,,,,0.00027500000000000007,,,,,,,10.000000000000002,,,,,,,0.05,,,,,,,,,,,,,,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,fan_out,,10,5,tokio,measured,2,0.0104447632378623,,,4.973590381221455,,,0.9574175854700054,undecided,0.0003500000000000001,,,1,,,undecided,0.0001002496882788171,,,1,,,undecided,0.00024974987487484353,,,1,,,undecided,0.00027500000000000007,,,1,,,undecided,2.5,,,0.25,,,undecided,0.05,,,,,,,,,,,,,,
        ");
    }

    #[test]
    fn moments_stand_in_one_field() {
        let mut record = synthetic::record_of(&["sequential", "tokio"], &[5], 3);
        let tokio = synthetic::cell_mut(&mut record, "tokio", 5);
        synthetic::timing(tokio, "first answer", &[10.1e6; 3]);
        synthetic::timing(tokio, "a, b", &[0.0; 3]);
        let text = csv(&record, &Analysis::of(&record));
        let ends: Vec<&str> =
            text.lines().map(|line| line.rsplit_once(",,").map_or(line, |it| it.1)).collect();
        assert!(ends[0].ends_with("peak_memory_verdict,timings"), "{}", ends[0]);
        let is_near = ends[2].starts_with("\"a, b=0;first answer=0.0101") && ends[2].ends_with('"');
        assert_eq!((ends[1], is_near), ("", true), "{}", ends[2]);
    }

    #[test]
    fn names_with_commas_and_quotes_stay_one_field() {
        let mut record = synthetic::record_of(&["sequential"], &[5], 2);
        record.cells[0].client = "one, \"two\"".to_owned();
        record.cells[0].workload = "a,b".to_owned();
        let text = csv(&record, &Analysis::of(&record));
        let row = text.lines().nth(1).unwrap();
        assert!(row.contains(r#","a,b",,10,5,"one, ""two""",measured,2,0.05"#), "{row}");
    }
}
