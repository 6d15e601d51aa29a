//! `claims.csv`: one row a claim and client.

use super::field::{number, quoted};
use crate::claims::{Answer, Claims, Held, Standing};
use crate::record::Record;
use crate::stats::Interval;

const HEADER: &str = "run,commit,scenario,claim,guide,measured,n,unit,least,most,client,value,low,high,verdict,reason";

/// Every claim of each client that it is about as comma-separated values, with a header. Rows of
/// several runs can be put into one file.
pub(crate) fn claims(record: &Record, claims: &Claims) -> String {
    let mut text = format!("{HEADER}\n");
    for held in &claims.held {
        for answer in &held.answers {
            text.push_str(&(row(record, held, answer).join(",") + "\n"));
        }
    }
    text
}

fn row(record: &Record, held: &Held, answer: &Answer) -> Vec<String> {
    let claim = held.claim;
    let (unit, scale) = held.unit().plain();
    let interval = answer.ours.and_then(|ours| ours.interval);
    let [least, most] = ends(held.bounds);
    let [low, high] = ends(interval);
    let scaled = |value: Option<f64>| number(value.map(|value| value / scale));
    let reason = match &answer.standing {
        Standing::NotComparable(why) => quoted(&why.to_string()),
        Standing::Failed(why) => quoted(why),
        _ => String::new(),
    };
    vec![
        quoted(&record.run),
        quoted(record.git_rev.as_deref().unwrap_or_default()),
        claim.number.to_string(),
        quoted(claim.claim),
        quoted(claim.guide),
        quoted(claim.measured),
        held.n.to_string(),
        unit.to_owned(),
        scaled(least),
        scaled(most),
        quoted(&answer.client),
        scaled(answer.ours.map(|ours| ours.value)),
        scaled(low),
        scaled(high),
        answer.standing.as_str().to_owned(),
        reason,
    ]
}

/// Those of an interval; none where it is open.
fn ends(interval: Option<Interval>) -> [Option<f64>; 2] {
    let finite = |end: f64| Some(end).filter(|end| end.is_finite());
    [interval.and_then(|it| finite(it.low)), interval.and_then(|it| finite(it.high))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{self, guide};

    #[test]
    fn one_row_a_claim_and_client() {
        let mut record = guide();
        record.cells.retain(|cell| ["stall", "bounded", "as_completed"].contains(&&*cell.workload));
        record.cells.retain(|cell| ["sequential", "tokio", "smol"].contains(&&*cell.client));
        for cell in record.cells.iter_mut().filter(|cell| cell.client == "smol") {
            synthetic::fail(cell, "killed");
        }
        let text = claims(&record, &Claims::of(&record).unwrap());
        insta::assert_snapshot!(text, @r#"
        run,commit,scenario,claim,guide,measured,n,unit,least,most,client,value,low,high,verdict,reason
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,The first answer does not wait for the slowest call,"delays 3, 1, 2: 1, 2, 3",Time to the first answer,3,delays,,1.4,sequential,,,,not comparable,takes answers in the order of the calls: it can't wait for several
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,The first answer does not wait for the slowest call,"delays 3, 1, 2: 1, 2, 3",Time to the first answer,3,delays,,1.4,tokio,1.0757714812393837,1.070583967635383,1.080984130935653,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,The first answer does not wait for the slowest call,"delays 3, 1, 2: 1, 2, 3",Time to the first answer,3,delays,,1.4,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,Answers are there as they complete,,Time to the median answer,3,delays,,2.8,sequential,,,,not comparable,takes answers in the order of the calls: it can't wait for several
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,Answers are there as they complete,,Time to the median answer,3,delays,,2.8,tokio,2.091219328016746,2.081135189422053,2.1013523292954748,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,7,Answers are there as they complete,,Time to the median answer,3,delays,,2.8,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,A blocking call in async code stalls the other tasks,the ticker stalls,Longest stall of a ticker,16,delays,1,,tokio,4.071845326186453,4.052210344788132,4.091575448868594,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,A blocking call in async code stalls the other tasks,the ticker stalls,Longest stall of a ticker,16,delays,1,,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,A blocking call that is offloaded stalls nobody,,Longest stall of a ticker,16,s,,0.005,tokio,0.0015080908615505372,0.0015008186462178265,0.001515398314395774,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,A blocking call that is offloaded stalls nobody,,Longest stall of a ticker,16,s,,0.005,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,An async sleep stalls nobody,,Longest stall of a ticker,16,s,,0.005,tokio,0.0014075514707805037,0.001400764069803307,0.0014143717601027247,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,8,An async sleep stalls nobody,,Longest stall of a ticker,16,s,,0.005,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,"10 calls, 3 at a time, take about 4 waits",about 4 s,Time,10,delays,4,4.6,tokio,4.267183464490039,4.250724027873566,4.283706634496861,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,"10 calls, 3 at a time, take about 4 waits",about 4 s,Time,10,delays,4,4.6,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,Without the limit 10 calls take one wait,about 1 s,Time,10,delays,1,1.4,tokio,1.1074357086414623,1.1031640929481397,1.1117238646670422,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,Without the limit 10 calls take one wait,about 1 s,Time,10,delays,1,1.4,smol,,,,not comparable,failed
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,Never are there more than 3 at once,,Calls in flight,10,at once,,3,tokio,3,,,holds,
        0123456789abcdef,0123456789abcdef0123456789abcdef01234567,14,Never are there more than 3 at once,,Calls in flight,10,at once,,3,smol,,,,does not hold,killed
        "#);
        let columns = |line: &str| line.split(',').count();
        let plain =
            text.lines().find(|line| !line.contains('"') && line.contains("tokio")).unwrap();
        assert_eq!(columns(plain), columns(HEADER));
    }
}
