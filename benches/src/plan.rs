//! What a run is to do, from the environment and the arguments.

use std::sync::Arc;

use anyhow::{Result, ensure};

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
}

impl Plan {
    /// What these arguments ask for.
    pub(crate) fn of(program: &Program, cli: &Cli) -> Result<Self> {
        let variants = variant::find(program, &cli.variant, !cli.only_variants)?;
        let name = if variants.is_empty() { ALONE } else { VARIANTS };
        let mut profile = Profile::from_env(&program.catalogue, name)?;
        profile.max_time = cli.max_time.or(profile.max_time);
        if let Some(name) = &cli.crate_name {
            profile.retain_crate(&program.catalogue, name);
        }
        let profile = profile.spread(&variants)?;
        let cells = cell::plan(&program.catalogue, &profile, &cli.filters)?;
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
        let confirm = !variants.is_empty() && !cli.no_confirm;
        let (shard, server) = (cli.shard, cli.server.clone());
        Ok(Plan { profile, variants, confirm, shard, server, cells })
    }

    /// Only these cells, with this build alone.
    pub(crate) fn alone(profile: Profile, cells: Vec<Cell>) -> Self {
        let (variants, shard, server) = (Vec::new(), None, None);
        Plan { profile, variants, confirm: false, shard, server, cells }
    }
}
