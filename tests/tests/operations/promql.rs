//! What a query names: its metrics, labels and their values, and what it does with them.

use std::collections::BTreeSet;

use promql_parser::label::MatchOp;
use promql_parser::parser::{self, Expr, LabelModifier, VectorMatchCardinality, VectorSelector};

/// Everything that one expression names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) selectors: Vec<Selector>,
    /// Labels that it groups by, matches on, or takes over.
    pub(crate) labels: BTreeSet<String>,
    /// `rate` and its like: the function, the metric, the range in seconds.
    pub(crate) rates: Vec<(String, String)>,
}

/// A metric with its matchers.
#[derive(Debug)]
pub(crate) struct Selector {
    pub(crate) metric: String,
    /// Label, and the values that the matcher speaks of where it lists any.
    pub(crate) matchers: Vec<(String, Vec<String>)>,
    /// Whether the matchers for the chosen jobs and instances are among them.
    pub(crate) patterns: Vec<(String, String)>,
}

/// Reads an expression whose variables have been put in.
pub(crate) fn names(expression: &str) -> Result<Names, String> {
    let mut names = Names::default();
    names.read(&parser::parse(expression)?);
    Ok(names)
}

impl Names {
    fn read(&mut self, expression: &Expr) {
        match expression {
            Expr::Aggregate(aggregate) => {
                self.modifier(aggregate.modifier.as_ref());
                self.read(&aggregate.expr);
            }
            Expr::Unary(unary) => self.read(&unary.expr),
            Expr::Binary(binary) => {
                if let Some(modifier) = &binary.modifier {
                    self.modifier(modifier.matching.as_ref());
                    if let VectorMatchCardinality::ManyToOne(labels)
                    | VectorMatchCardinality::OneToMany(labels) = &modifier.card
                    {
                        self.labels.extend(labels.labels.iter().cloned());
                    }
                }
                self.read(&binary.lhs);
                self.read(&binary.rhs);
            }
            Expr::Paren(inner) => self.read(&inner.expr),
            Expr::Subquery(subquery) => self.read(&subquery.expr),
            Expr::VectorSelector(selector) => self.selectors.push(Selector::of(selector)),
            Expr::MatrixSelector(matrix) => self.selectors.push(Selector::of(&matrix.vs)),
            Expr::Call(call) => {
                for argument in &call.args.args {
                    if let Expr::MatrixSelector(matrix) = argument.as_ref() {
                        let metric = matrix.vs.name.clone().unwrap_or_default();
                        self.rates.push((call.func.name.to_owned(), metric));
                    }
                    self.read(argument);
                }
            }
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::Extension(_) => {}
        }
    }

    fn modifier(&mut self, modifier: Option<&LabelModifier>) {
        if let Some(modifier) = modifier {
            self.labels.extend(modifier.labels().labels.iter().cloned());
        }
    }
}

impl Selector {
    fn of(selector: &VectorSelector) -> Selector {
        let mut matchers = Vec::new();
        let mut patterns = Vec::new();
        for matcher in &selector.matchers.matchers {
            let values = match &matcher.op {
                MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.clone()],
                MatchOp::Re(_) | MatchOp::NotRe(_) => {
                    patterns.push((matcher.name.clone(), matcher.value.clone()));
                    alternatives(&matcher.value)
                }
            };
            matchers.push((matcher.name.clone(), values));
        }
        Selector { metric: selector.name.clone().unwrap_or_default(), matchers, patterns }
    }
}

/// The words of `a|b|c`; none where it is more of a pattern than that.
fn alternatives(pattern: &str) -> Vec<String> {
    let is_word = |word: &str| word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let words: Vec<_> = pattern.split('|').map(str::to_owned).collect();
    if words.iter().all(|word| is_word(word)) { words } else { Vec::new() }
}

#[test]
fn it_finds_what_a_query_names() {
    let names = names(
        r#"sum by (fault) (rate(failures_total{job=~"a.+", fault=~"site|service"}[5m])) / on (job) group_left (version) info{kind!="x"}"#,
    )
    .expect("a query");
    let metrics: Vec<_> = names.selectors.iter().map(|selector| selector.metric.as_str()).collect();
    assert_eq!(metrics, ["failures_total", "info"]);
    assert_eq!(Vec::from_iter(&names.labels), ["fault", "job", "version"]);
    assert_eq!(names.rates, [("rate".to_owned(), "failures_total".to_owned())]);
    assert_eq!(names.selectors[0].matchers[0], ("job".to_owned(), vec![]));
    let both = vec!["site".to_owned(), "service".to_owned()];
    assert_eq!(names.selectors[0].matchers[1], ("fault".to_owned(), both));
    assert_eq!(names.selectors[1].matchers[0], ("kind".to_owned(), vec!["x".to_owned()]));
}
