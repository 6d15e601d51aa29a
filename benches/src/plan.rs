//! What a run is to do, from the environment and the arguments.

use std::sync::Arc;

use anyhow::{Result, ensure};
use waitmark_reports::record;

use crate::cell::{self, Cell};
use crate::cli::Cli;
use crate::profile::Profile;
use crate::program::Program;
use crate::server::Url;
use crate::shard::Shard;
use crate::variant::{self, Variant};

/// The profiles of runs that name none.
const ALONE: &str = "default";
const VARIANTS: &str = "variants";

/// What a run is to do.
pub(crate) struct Plan {
    pub(crate) profile: Profile,
    /// The builds that are compared, the base first; none where this build runs alone.
    pub(crate) variants: Vec<Arc<Variant>>,
    /// Whether what looks changed between variants is run again.
    pub(crate) confirm: bool,
    pub(crate) shard: Option<Shard>,
    /// Where the server runs, if it is not to be the run's own.
    pub(crate) server: Option<Url>,
    /// Never none.
    pub(crate) cells: Vec<Cell>,
    /// What was decided that nobody asked for, in lines for people.
    pub(crate) notes: Vec<String>,
}

impl Plan {
    /// What these arguments ask for.
    pub(crate) fn of(program: &Program, cli: &Cli) -> Result<Self> {
        let variants = variant::find(program, &cli.variant, !cli.only_variants)?;
        let name = if variants.is_empty() { ALONE } else { VARIANTS };
        let mut profile = Profile::from_env(&program.catalogue, name)?;
        profile.max_time = cli.max_time.or(profile.max_time);
        let mut notes = Vec::new();
        if let Some(name) = &cli.crate_name
            && !profile.retain_crate(&program.catalogue, name)
        {
            notes.push(format!("no client says that it runs on {name}: all of them are measured"));
        }
        let profile = profile.spread(&variants)?;
        let (cells, alone) = cell::plan(&program.catalogue, &profile, &cli.filters)?;
        if !alone.is_empty() {
            let alone = alone.into_iter().collect::<Vec<_>>().join(", ");
            ensure!(
                !cells.is_empty(),
                "the builds have nothing in common that is to be measured: only one of them has {alone}"
            );
            notes.push(format!("left out, as only one of the builds has it: {alone}"));
        }
        ensure!(
            !cells.is_empty(),
            "no cell of profile {} matches `{}`: `cargo bench -- --list` lists them",
            profile.name,
            cli.filters.join("` or `")
        );
        let cells = match cli.shard {
            Some(shard) => shard.of(cells)?,
            None => cells,
        };
        ensure!(
            cells.len() <= record::MOST_CELLS,
            "{} cells are too many for a record: {} at most; measure fewer sizes or clients, or a part \
             of them with --shard",
            cells.len(),
            record::MOST_CELLS
        );
        let confirm = !variants.is_empty() && !cli.no_confirm;
        let (shard, server) = (cli.shard, cli.server.clone());
        Ok(Plan { profile, variants, confirm, shard, server, cells, notes })
    }

    /// Only these cells, with this build alone.
    pub(crate) fn alone(profile: Profile, cells: Vec<Cell>) -> Self {
        let (variants, shard, server, notes) = (Vec::new(), None, None, Vec::new());
        Plan { profile, variants, confirm: false, shard, server, cells, notes }
    }
}
