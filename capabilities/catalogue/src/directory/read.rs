//! The two kinds of file.

pub(super) mod csv;
pub(super) mod xlsx;

/// Gives the line, the place, and a way to look at a cell of each row.
pub(super) type Note<'n> = dyn FnMut(u32, u32, &dyn Fn(usize) -> String) -> Result<(), super::FileFault> + 'n;
