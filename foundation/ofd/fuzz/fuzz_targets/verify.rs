//! Whole files: `cargo fuzz run verify`, with a sealed file as the first input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ofd::{Trust, verify};

fuzz_target!(|bytes: &[u8]| {
    let report = verify(bytes, Trust { roots: &[], intermediates: &[] }, 0);
    assert!(!report.is_genuine());
});
