//! What a page, a name, a document or a client may try, by kind of attack. Each test plays in a network of its own
//! (`ground`), counts what it tried and what got through (`tally`), and fails on anything that did: `make hostile`
//! prints the table.

mod ground;
mod site;
mod tally;
mod world;

mod addresses;
mod files;
mod isolation;
mod moves;
mod names;
mod sandbox;
mod ways_out;
