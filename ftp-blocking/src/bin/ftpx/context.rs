//! What a command works with.

use std::rc::Rc;

use crate::arguments::common::Common;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::progress::Bars;
use crate::sessions::Sessions;
use crate::settings::Settings;

/// What a command works with.
pub(crate) struct Context {
    pub(crate) settings: Rc<Settings>,
    pub(crate) sessions: Sessions,
    pub(crate) out: Output,
    pub(crate) bars: Bars,
    pub(crate) interrupt: Interrupt,
}

impl Context {
    pub(crate) fn new(common: Common, interrupt: Interrupt) -> Result<Self, Failure> {
        let bars = Bars::new(&common.verbosity, interrupt.clone());
        let settings = Rc::new(Settings::read(common, interrupt.clone())?);
        Ok(Self {
            sessions: Sessions::new(settings.clone()),
            out: Output::new()?,
            bars,
            settings,
            interrupt,
        })
    }

    /// Lets the next command of a shell begin after Ctrl-C, with bars of its own.
    pub(crate) fn renew(&mut self) {
        self.interrupt.reset();
        self.bars = Bars::new(&self.settings.common.verbosity, self.interrupt.clone());
    }

    /// Whether the user wants no words but errors.
    pub(crate) fn is_quiet(&self) -> bool {
        self.settings.common.verbosity.quiet
    }
}
