//! Entry point: everything happens in the library.

fn main() {}
