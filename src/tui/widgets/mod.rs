//! Drawing parts that know nothing of the product: a canvas of cells, rows of columns.

mod canvas;

pub(crate) use canvas::{Canvas, blank};
