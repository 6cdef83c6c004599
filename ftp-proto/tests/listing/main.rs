//! Listings: typed entries from every dialect.

mod corpus;
