//! The guide's claims: a row a claim, a column a client.

use super::{Cell, Column, Kind, Measure, Name, Row, Table};
use crate::claims::{Answer, Claims, Held, Standing};

/// What stands over the claims.
pub(super) const TITLE: &str = "What the guide claims";

/// The table of all claims that were held against the record.
pub(crate) fn claims(claims: &Claims) -> Table {
    let guide = Column { head: "guide".to_owned(), kind: Kind::Published };
    let clients = claims.clients.iter().map(|client| Column::measured(client));
    let row = |held: &Held| {
        let answer = |client: &String| held.answers.iter().find(|it| it.client == *client);
        let cells = claims.clients.iter().map(|client| cell(held, answer(client)));
        Row {
            head: format!("#{} {}", held.claim.number, held.claim.claim),
            detail: vec![held.rule(), held.sentence()],
            cells: [published(held)].into_iter().chain(cells).collect(),
        }
    };
    Table {
        name: Name::Claims,
        title: TITLE.to_owned(),
        corner: "claim",
        measures: vec![Measure::Figure, Measure::Interval, Measure::Verdict],
        columns: [guide].into_iter().chain(clients).collect(),
        rows: claims.held.iter().map(row).collect(),
        notes: vec![
            "A claim holds where the whole 95 % interval is inside its bounds, does not where all of \
             it is outside, and is undecided otherwise. Counts are exact. What the check of every \
             batch proves has no bounds: one wrong batch, and the cell fails and the claim does not hold."
                .to_owned(),
            "guide: published for Python's asyncio, in seconds. A delay here is the scenario's \
             own; what connections and scheduling cost weighs 100 times more at 10 ms than at a second."
                .to_owned(),
        ],
    }
}

fn published(held: &Held) -> Cell {
    match held.claim.guide {
        "" => Cell::Empty,
        guide => Cell::Figures(vec![guide.to_owned(), String::new(), String::new()], None),
    }
}

/// Empty where the claim is not about the client.
fn cell(held: &Held, answer: Option<&Answer>) -> Cell {
    let Some(answer) = answer else { return Cell::Empty };
    if let Standing::NotComparable(why) = &answer.standing {
        return Cell::Without(why.as_str());
    }
    let unit = held.unit();
    let figure = match &answer.standing {
        Standing::Failed(_) => Some("failed".to_owned()),
        _ => answer.ours.map(|ours| unit.figure(ours.value)),
    };
    let interval = answer.ours.and_then(|ours| ours.interval).map(|it| unit.interval(it));
    let word = answer.standing.as_str().to_owned();
    let texts = vec![figure.unwrap_or_default(), interval.unwrap_or_default(), word];
    Cell::Held(texts, answer.standing.as_str())
}
