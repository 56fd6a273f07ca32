//! Seals and signatures: `cargo fuzz run seal`, with a `Seal.esl` and a `SignedValue.dat` as the first inputs.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ofd::ses::{Seal, SealSignature};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(seal) = Seal::from_der(bytes) {
        assert_eq!(seal.der, bytes);
    }
    let _ = SealSignature::from_der(bytes);
});
