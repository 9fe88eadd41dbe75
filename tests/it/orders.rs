//! Orders, their ties, and the pages of every list.

mod ties;
mod tokens;
mod walks;
