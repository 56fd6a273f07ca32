//! Changes a sealed file at random and reads what comes out, without any fuzzing tool:
//! `cargo run --release -p ofd --example mutate -- FILE SECONDS`. The targets in `fuzz/` do the same with cargo-fuzz.
//!
//! Half of the time the ZIP file is changed, half of the time one of its files, so that the readers behind it are met too.

use std::error::Error;
use std::time::{Duration, Instant};

use ofd::ses::{Seal, SealSignature};
use ofd::{Package, Trust, verify};

/// Longest time that one file may take to be read.
const MOST: Duration = Duration::from_secs(5);

/// Numbers that look random (xorshift); the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        let most = u64::try_from(most.max(1)).unwrap_or(1);
        usize::try_from(self.next() % most).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// Changes, repeats, removes or moves bytes.
    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let (at, length) = (self.below(bytes.len()), self.below(40));
            let end = (at + length).min(bytes.len());
            match self.below(5) {
                0 => {
                    let byte = self.byte();
                    bytes.splice(at..end.min(at + 1), [byte]);
                }
                1 => {
                    let bit = 1 << self.below(8);
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= bit;
                    }
                }
                2 => {
                    bytes.drain(at..end);
                }
                3 => {
                    let part = bytes.get(at..end).unwrap_or_default().to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, part);
                }
                _ => {
                    let (length, value) = (self.below(9), self.byte());
                    bytes.splice(at..at, vec![value; length]);
                }
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = std::fs::read(arguments.next().ok_or("a sealed file")?)?;
    let seconds: u64 = arguments.next().ok_or("for how many seconds")?.parse()?;
    let package = Package::read(&file)?;
    let names: Vec<&String> = package.files.keys().collect();
    let (mut numbers, mut runs, mut read, mut slowest) =
        (Numbers(0x9E37_79B9_7F4A_7C15), 0_u64, 0_u64, MOST / 1000);
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        runs += 1;
        let mut bytes = file.clone();
        if numbers.below(2) == 0 {
            numbers.mutate(&mut bytes);
        } else {
            let mut changed = package.clone();
            let name = names.get(numbers.below(names.len())).ok_or("no files")?;
            let content = changed.files.get_mut(*name).ok_or("no file")?;
            numbers.mutate(content);
            read += u64::from(SealSignature::from_der(content).is_ok() || Seal::from_der(content).is_ok());
            bytes = changed.write()?;
        }
        let start = Instant::now();
        let report = verify(&bytes, Trust { roots: &[], intermediates: &[] }, 0);
        slowest = slowest.max(start.elapsed());
        read += u64::from(report.structure.is_some());
        if report.is_genuine() || start.elapsed() > MOST {
            return Err(format!("run {runs}: genuine or too slow").into());
        }
    }
    #[expect(clippy::print_stdout, reason = "the result of the run")]
    {
        println!("{runs} files, {read} read in part or whole, slowest {slowest:?}");
    }
    Ok(())
}
