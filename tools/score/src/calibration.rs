//! How far a probability can be believed.

use std::collections::BTreeMap;

/// A forecast and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub shop: String,
    pub probability: f64,
    pub is_right: bool,
}

/// Of a set of forecasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    pub count: usize,
    pub right: f64,
    /// Mean squared error; 0 is best.
    pub brier: f64,
    /// The same of always saying `right`.
    pub constant: f64,
    /// Expected calibration error over ten equal bins.
    pub ece: f64,
    /// How often a right one is given more than a wrong one; 0.5 is chance.
    pub auc: Option<f64>,
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

fn outcome(forecast: &Forecast) -> f64 {
    f64::from(u8::from(forecast.is_right))
}

impl Calibration {
    pub fn of(forecasts: &[Forecast]) -> Calibration {
        let right = mean(forecasts.iter().map(outcome));
        Calibration {
            count: forecasts.len(),
            right,
            brier: mean(forecasts.iter().map(|one| (one.probability - outcome(one)).powi(2))),
            constant: mean(forecasts.iter().map(|one| (right - outcome(one)).powi(2))),
            ece: ece(forecasts),
            auc: auc(forecasts),
        }
    }

    /// How much better than the best constant, as a share of its error.
    pub fn skill(&self) -> f64 {
        if self.constant > 0.0 { 1.0 - self.brier / self.constant } else { 0.0 }
    }
}

const BINS: usize = 10;

/// Of each tenth: how many, what was said on average, how many were right.
pub fn bins(forecasts: &[Forecast]) -> Vec<(usize, f64, f64)> {
    let bin = |one: &Forecast| ((one.probability * BINS as f64) as usize).min(BINS - 1);
    let of_bin = |number: usize| {
        let own: Vec<&Forecast> = forecasts.iter().filter(|one| bin(one) == number).collect();
        let said = mean(own.iter().map(|one| one.probability));
        (own.len(), said, mean(own.iter().map(|one| outcome(one))))
    };
    (0..BINS).map(of_bin).filter(|(count, ..)| *count > 0).collect()
}

fn ece(forecasts: &[Forecast]) -> f64 {
    let weighted = |(count, said, right): (usize, f64, f64)| count as f64 * (said - right).abs();
    bins(forecasts).into_iter().map(weighted).sum::<f64>() / forecasts.len().max(1) as f64
}

fn auc(forecasts: &[Forecast]) -> Option<f64> {
    let (right, wrong): (Vec<&Forecast>, Vec<&Forecast>) = forecasts.iter().partition(|one| one.is_right);
    let beats = |a: f64, b: f64| {
        if a > b {
            1.0
        } else if a < b {
            0.0
        } else {
            0.5
        }
    };
    let pairs = right.iter().flat_map(|a| wrong.iter().map(|b| beats(a.probability, b.probability)));
    (!right.is_empty() && !wrong.is_empty()).then(|| mean(pairs))
}

/// The range that 95 % of resamples by shop have their skill in, the middle one between them.
pub fn bootstrap(forecasts: &[Forecast], resamples: usize) -> (f64, f64, f64) {
    let mut shops: BTreeMap<&str, Vec<&Forecast>> = BTreeMap::new();
    for forecast in forecasts {
        shops.entry(&forecast.shop).or_default().push(forecast);
    }
    let shops: Vec<Vec<&Forecast>> = shops.into_values().collect();
    let mut random = fastrand::Rng::with_seed(1);
    let mut skills: Vec<f64> = (0..resamples)
        .map(|_| {
            let drawn = (0..shops.len()).flat_map(|_| shops[random.usize(..shops.len())].clone());
            let drawn: Vec<Forecast> = drawn.cloned().collect();
            Calibration::of(&drawn).skill()
        })
        .collect();
    skills.sort_by(f64::total_cmp);
    let at = |share: f64| skills.get((share * skills.len() as f64) as usize).copied().unwrap_or(0.0);
    (at(0.025), at(0.5), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forecasts(pairs: &[(f64, bool)]) -> Vec<Forecast> {
        let one = |(number, (probability, is_right)): (usize, &(f64, bool))| Forecast {
            shop: format!("shop {}", number % 3),
            probability: *probability,
            is_right: *is_right,
        };
        pairs.iter().enumerate().map(one).collect()
    }

    #[test]
    fn a_forecast_that_tells_right_from_wrong_beats_the_constant() {
        let good = Calibration::of(&forecasts(&[(0.9, true), (0.8, true), (0.2, false), (0.1, false)]));
        assert!(good.skill() > 0.8 && good.auc == Some(1.0) && good.ece < 0.2, "{good:?}");
        let useless = Calibration::of(&forecasts(&[(0.5, true), (0.5, false)]));
        assert!(useless.skill().abs() < 1e-9 && useless.auc == Some(0.5), "{useless:?}");
    }

    #[test]
    fn resamples_lie_around_the_whole() {
        let all =
            forecasts(&[(0.9, true), (0.8, true), (0.2, false), (0.7, true), (0.3, false), (0.1, false)]);
        let (low, middle, high) = bootstrap(&all, 200);
        assert!(low <= middle && middle <= high && high > 0.0, "{low} {middle} {high}");
    }
}
