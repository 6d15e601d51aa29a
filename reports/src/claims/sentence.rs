//! What the clients say of a claim, in one sentence made from the figures.

use super::answer::Answer;
use super::standing::Standing;
use super::unit::Unit;
use crate::figure;

/// How much is said of whom a claim can't be held against.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Length {
    /// Names, and reasons in full.
    Full,
    /// How many they are where they are several, and reasons of a word or two.
    Short,
}

/// For whom it holds and by how much, for whom not, and against whom it can't be held and why.
pub(super) fn sentence(answers: &[Answer], unit: Unit, length: Length) -> String {
    let standings = [Standing::Holds, Standing::DoesNotHold, Standing::Undecided];
    let known = standings.iter().filter_map(|standing| of(answers, standing, unit));
    let parts: Vec<String> = known.chain(without_figures(answers, length)).collect();
    let mut sentence = parts.join("; ") + ".";
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// The clients of which the claim stands so, with the range of their figures.
fn of(answers: &[Answer], standing: &Standing, unit: Unit) -> Option<String> {
    let so: Vec<&Answer> = answers.iter().filter(|it| it.standing == *standing).collect();
    let figures = || so.iter().filter_map(|answer| Some(answer.ours?.value));
    let (least, most) = (figures().reduce(f64::min)?, figures().reduce(f64::max)?);
    let clients: Vec<&str> = so.iter().map(|answer| &*answer.client).collect();
    let clients = match clients.len() {
        all if all == answers.len() && all > 2 => match standing {
            Standing::DoesNotHold => format!("any of {all}"),
            _ => format!("all {all}"),
        },
        _ => figure::list(&clients),
    };
    Some(format!("{} for {clients} ({})", standing.as_str(), unit.range(least, most)))
}

/// A part for each reason, with all clients that have no figures for it.
fn without_figures(answers: &[Answer], length: Length) -> Vec<String> {
    let mut reasons: Vec<(&str, String, Vec<&str>)> = Vec::new();
    for answer in answers {
        let why = match &answer.standing {
            Standing::NotComparable(why) if length == Length::Short => why.as_str().to_owned(),
            Standing::NotComparable(why) => why.to_string(),
            Standing::Failed(why) => why.clone(),
            Standing::Holds | Standing::DoesNotHold | Standing::Undecided => continue,
        };
        let so = answer.standing.as_str();
        match reasons.iter_mut().find(|(word, known, _)| *word == so && *known == why) {
            Some((.., clients)) => clients.push(&answer.client),
            None => reasons.push((so, why, vec![&answer.client])),
        }
    }
    let said = |(so, why, clients): (&str, String, Vec<&str>)| {
        let is_named = length == Length::Full || so == Standing::DoesNotHold.as_str();
        match clients.len() {
            several if several > 1 && !is_named => format!("{so} for {several} ({why})"),
            _ => format!("{so} for {} ({why})", figure::list(&clients)),
        }
    };
    reasons.into_iter().map(said).collect()
}
