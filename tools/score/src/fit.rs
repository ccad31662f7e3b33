//! A logistic model, fitted by Newton's method with a small penalty on its weights.

/// What it is fitted on: signals and whether the answer was right.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub shop: String,
    pub signals: Vec<f64>,
    pub is_right: bool,
    /// How much it counts.
    pub weight: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub intercept: f64,
    pub weights: Vec<f64>,
}

/// As if so many wrong and right answers at each weight's distance from zero had been seen: few shops must not make it
/// sure of itself.
const PENALTY: f64 = 1.0;
const ROUNDS: usize = 50;

impl Model {
    pub fn probability(&self, signals: &[f64]) -> f64 {
        let sum: f64 = self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum();
        1.0 / (1.0 + (-(self.intercept + sum)).exp())
    }

    pub fn fit(samples: &[Sample], signals: usize) -> Model {
        let size = signals + 1;
        let mut at = vec![0.0; size];
        for _ in 0..ROUNDS {
            let mut gradient = vec![0.0; size];
            let mut curvature = vec![vec![0.0; size]; size];
            for sample in samples {
                let row: Vec<f64> = std::iter::once(1.0).chain(sample.signals.iter().copied()).collect();
                let sum: f64 = at.iter().zip(&row).map(|(weight, signal)| weight * signal).sum();
                let said = 1.0 / (1.0 + (-sum).exp());
                let error = sample.weight * (f64::from(u8::from(sample.is_right)) - said);
                let spread = sample.weight * (said * (1.0 - said)).max(1e-6);
                for (i, a) in row.iter().enumerate() {
                    gradient[i] += error * a;
                    for (j, b) in row.iter().enumerate() {
                        curvature[i][j] += spread * a * b;
                    }
                }
            }
            for i in 1..size {
                gradient[i] -= PENALTY * at[i];
                curvature[i][i] += PENALTY;
            }
            let step = solve(curvature, gradient);
            let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
            // A step that is too long jumps over the goal.
            let shorten = (2.0 / longest.max(1e-12)).min(1.0);
            for (weight, part) in at.iter_mut().zip(&step) {
                *weight += shorten * part;
            }
            if longest < 1e-9 {
                break;
            }
        }
        Model { intercept: at[0], weights: at[1..].to_vec() }
    }
}

/// Gaussian elimination with pivots; the matrix is positive definite by its penalty.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for column in 0..size {
        let pivot =
            (column..size).max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()));
        let pivot = pivot.unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let head = matrix[column].clone();
        if head[column].abs() < 1e-12 {
            continue;
        }
        for row in column + 1..size {
            let share = matrix[row][column] / head[column];
            for (cell, above) in matrix[row].iter_mut().zip(&head).skip(column) {
                *cell -= share * above;
            }
            right[row] -= share * right[column];
        }
    }
    let mut solution = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| matrix[row][column] * solution[column]).sum();
        let own = matrix[row][row];
        solution[row] = if own.abs() < 1e-12 { 0.0 } else { (right[row] - known) / own };
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telling_signal_gets_its_weight_and_a_useless_one_none() {
        let mut random = fastrand::Rng::with_seed(7);
        let samples: Vec<Sample> = (0..400)
            .map(|number| {
                let telling = f64::from(number % 2);
                let is_right = random.f64() < if number % 2 == 1 { 0.9 } else { 0.3 };
                Sample { shop: String::new(), signals: vec![telling, random.f64()], is_right, weight: 1.0 }
            })
            .collect();
        let model = Model::fit(&samples, 2);
        assert!(model.weights[0] > 2.0 && model.weights[1].abs() < 1.0, "{model:?}");
        assert!((model.probability(&[1.0, 0.5]) - 0.9).abs() < 0.1, "{model:?}");
    }
}
