//! What all requests have alike: options, masks, pages.

use crate::domain::{
    check::{Path, Violations},
    codes::Code,
    errors::Result,
    filters::Filter,
    pages::{List, PAGE_TOKEN_CHARS_MAX, PageSize, check_order, coded_term},
    requests::WriteOptions,
};
use prost_types::FieldMask;

pub(super) fn options(request_id: String, validate_only: bool) -> WriteOptions {
    WriteOptions { request_id, validate_only }
}

pub(super) fn mask(mask: Option<FieldMask>) -> Vec<String> {
    mask.map_or_else(Vec::new, |FieldMask { paths }| paths)
}

pub(super) fn list_of<F, S: Code>(
    filter: Filter<F>,
    order: &[(i32, i32)],
    (page_size, page_token): (i32, String),
    (show_deleted, show_inactive): (bool, bool),
    mut violations: Violations,
) -> Result<List<F, S>> {
    if page_token.len() > PAGE_TOKEN_CHARS_MAX {
        let message = "longer than any token of ours: send next_page_token as it came";
        violations.add(&Path::root("page_token"), message);
    }
    let order = check_order(order, &mut violations, coded_term);
    let page_size = PageSize::check(page_size, &mut violations);
    violations.finish(Some(List {
        filter,
        order,
        show_deleted,
        show_inactive,
        page_size,
        page_token,
    }))
}
