use std::sync::atomic::{AtomicU64, Ordering};

use unlockd_application::ports::{VerificationCode, VerificationCodeGenerator};

/// Shared by all instances, so that no two codes are the same.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// What codes are made of: none of these looks like another.
const CHARACTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

const LENGTH: u32 = 8;

/// Codes of the real form that anybody could guess: they count.
#[derive(Debug, Clone, Copy, Default)]
pub struct SequentialCodes;

impl VerificationCodeGenerator for SequentialCodes {
    fn generate(&self) -> VerificationCode {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let digits = (0..LENGTH)
            .rev()
            .map(|place| usize::try_from((number >> (5 * place)) % 32));
        let characters = digits.filter_map(|digit| CHARACTERS.get(digit.ok()?).copied());
        VerificationCode::new(characters.map(char::from).collect::<String>())
    }
}
