//! The page that explains every panel, from the panels' own descriptions.

use std::fmt::Write;

use crate::board::Board;

/// Under the project's root.
pub(crate) const PATH: &str = "docs/operations/dashboards.md";

const RUNBOOK: &str = "playwright-services-runbook.md";

const HEAD: &str = "# The dashboards, panel by panel

Written by `make dashboards`, as `grafana/dashboards/*.json` are, from the panels themselves (`tools/dashboards`): do not edit either by
hand. Grafana loads them by `grafana/provisioning`, with *Overview* as its home page. All of them refresh every 30 seconds and have
three choices at the top: the data source, the job and the instance. The links at the top right lead from one to another and keep
the time and the choices.

A colour has one meaning everywhere: green is success, grey the callers' own fault or what is planned, amber a site's fault or what nears
a limit, red the service's fault or what is beyond one. Dashed lines are the alerts' bounds.
";

const PICTURES: &str = "
The pictures on this page are **not Grafana's**: `make dashboard-pictures` runs both services under load with a real Prometheus,
evaluates every panel's queries and draws the dashboard's JSON by a small renderer of the project's own, through its own image service.
They show what is on a dashboard and where; Grafana draws it more finely. The alerts' waiting times are shortened there, so that
some fire within minutes.
";

pub(crate) fn page(boards: &[Board]) -> String {
    let mut page = format!("{HEAD}{PICTURES}");
    for board in boards {
        // writing to a String cannot fail
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\n![A drawing of this dashboard](../gallery/dashboards/{}.jpg)\n",
            board.title, board.description, board.uid
        );
        for row in &board.rows {
            let _ = write!(
                page,
                "\n### {}\n\n| panel | shows | what to do | alerts |\n| --- | --- | --- | --- |\n",
                row.title
            );
            for panel in &row.panels {
                let alerts: Vec<_> = panel.alerts.iter().map(|name| runbook_link(name)).collect();
                let _ = writeln!(
                    page,
                    "| {} | {} | {} | {} |",
                    panel.title,
                    panel.shows,
                    panel.act,
                    alerts.join(", ")
                );
            }
        }
    }
    page
}

fn runbook_link(alert: &str) -> String {
    format!("[{}]({RUNBOOK}#{})", alert.trim_start_matches("Playwright"), alert.to_lowercase())
}
