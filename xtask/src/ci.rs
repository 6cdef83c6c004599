use crate::servers::Result;
pub(crate) fn run() -> Result<()> {
    Ok(())
}
