//! `ftpx features`: shows what a server can do.

use clap::Args;

use super::paths;
use crate::context::Context;
use crate::failure::Failure;
use crate::names::shown;

/// Shows what a server says that it can do (FEAT), and what system it is (SYST)
#[derive(Args, Debug)]
pub(crate) struct Features {
    /// The servers
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// Writes a line of JSON for each server
    #[arg(long)]
    json: bool,
}

impl Features {
    pub(crate) fn run(&self, context: &mut Context) -> Result<(), Failure> {
        let targets = paths::or_here(&self.targets, context);
        paths::for_each(&targets, context, |target, context| {
            let spot = context.sessions.at(target)?;
            let known = spot.client.discover()?;
            let out = &mut context.out;
            if self.json {
                return out.json(&known);
            }
            for (what, text) in [("greeting", known.greeting()), ("system", known.system())] {
                if let Some(text) = text {
                    out.line(format!("{what:<9} {}", shown(text)))?;
                }
            }
            for (name, parameters) in known.features().into_iter().flat_map(|it| it.iter()) {
                let text = [name, b" ", parameters].concat();
                out.line(format!("feature   {}", shown(&text).trim_end()))?;
            }
            Ok(())
        })
    }
}
