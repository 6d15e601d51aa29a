//! What is left to chance: the spread of delays, faults by probability, weighted statuses.
//!
//! Chance here repeats. A request with `?seed=` always draws the same, whatever came before it. The
//! others draw from the server's seed and their number since the start or the last reset, so a run
//! that sends the same requests meets the same draws again.

use std::f64::consts::TAU;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use crate::argument;
use crate::request::Request;
use crate::response::Refusal;
use crate::worker::Worker;

/// How delays spread around the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Distribution {
    /// Anything from `delay - jitter` to `delay + jitter`, all equally likely.
    Uniform,
    /// Mean `delay`, standard deviation `jitter`.
    Normal,
    /// Mean `delay`, standard deviation `jitter`, with the long tail that real servers have.
    LogNormal,
}

/// The generator that this request draws from.
pub(crate) fn generator(worker: &Worker, request: &Request<'_>) -> Result<fastrand::Rng, Refusal> {
    let seed = match request.number("seed", 0..=u64::MAX)? {
        Some(seed) => {
            let mut hasher = DefaultHasher::new();
            (seed, request.uri.path(), request.uri.query()).hash(&mut hasher);
            hasher.finish()
        }
        None => worker.server.next_seed(),
    };
    Ok(fastrand::Rng::with_seed(seed))
}

/// The delay of this request: `base`, spread as `?jitter=` and `?distribution=` say.
///
/// A draw below zero is no delay, and one above the maximum is the maximum.
pub(crate) fn spread(
    worker: &Worker,
    request: &Request<'_>,
    base: Duration,
) -> Result<Duration, Refusal> {
    let limit = worker.server.options.max_delay;
    let distribution = match request.argument("distribution")? {
        None | Some("uniform") => Distribution::Uniform,
        Some("normal") => Distribution::Normal,
        Some("lognormal") => Distribution::LogNormal,
        Some(other) => {
            let reason = "is not uniform, normal or lognormal";
            return Err(argument::refused("distribution", other, reason));
        }
    };
    let Some(jitter) = request.duration("jitter", limit)? else {
        return Ok(base);
    };
    if distribution == Distribution::LogNormal && base.is_zero() {
        return Err(Refusal::bad_request("delay: has to be above 0 for a lognormal distribution"));
    }
    let mut rng = generator(worker, request)?;
    let drawn = draw(distribution, base.as_secs_f64(), jitter.as_secs_f64(), &mut rng);
    Ok(Duration::try_from_secs_f64(drawn.max(0.0)).map_or(limit, |delay| delay.min(limit)))
}

/// True if `?p=`, a probability, says so; without it always.
pub(crate) fn happens(worker: &Worker, request: &Request<'_>) -> Result<bool, Refusal> {
    match request.number("p", 0.0..=1.0)? {
        Some(p) => Ok(generator(worker, request)?.f64() < p),
        None => Ok(true),
    }
}

fn draw(distribution: Distribution, mean: f64, spread: f64, rng: &mut fastrand::Rng) -> f64 {
    match distribution {
        Distribution::Uniform => mean + spread * (2.0 * rng.f64() - 1.0),
        Distribution::Normal => mean + spread * standard_normal(rng),
        Distribution::LogNormal => {
            // The underlying normal's parameters for this mean and standard deviation.
            let variance = (1.0 + (spread / mean).powi(2)).ln();
            (mean.ln() - variance / 2.0 + variance.sqrt() * standard_normal(rng)).exp()
        }
    }
}

/// Box and Muller's transform of two uniform draws.
fn standard_normal(rng: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (TAU * rng.f64()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and standard deviation of many draws around 10 with a spread of 2.
    fn moments(distribution: Distribution) -> (f64, f64) {
        const DRAWS: i32 = 100_000;
        let mut rng = fastrand::Rng::with_seed(7);
        let draws: Vec<f64> = (0..DRAWS).map(|_| draw(distribution, 10.0, 2.0, &mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(DRAWS);
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(DRAWS);
        (mean, variance.sqrt())
    }

    #[test]
    fn distributions_have_the_moments_that_were_asked_for() {
        for (distribution, deviation) in [
            // A uniform draw's is the half-width over the root of 3.
            (Distribution::Uniform, 2.0 / 3f64.sqrt()),
            (Distribution::Normal, 2.0),
            (Distribution::LogNormal, 2.0),
        ] {
            let (mean, drawn) = moments(distribution);
            assert!((mean - 10.0).abs() < 0.05, "{distribution:?}: mean {mean}");
            assert!((drawn - deviation).abs() < 0.05, "{distribution:?}: deviation {drawn}");
        }
    }

    #[test]
    fn uniform_draws_stay_in_their_range() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..10_000 {
            let drawn = draw(Distribution::Uniform, 10.0, 2.0, &mut rng);
            assert!((8.0..=12.0).contains(&drawn), "{drawn}");
        }
    }
}
