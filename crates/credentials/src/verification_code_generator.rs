use unlockd_application::ports::{VerificationCode, VerificationCodeGenerator};
use zeroize::Zeroizing;

use crate::randomness::fill_with_randomness;

/// Capital letters and digits without those that are read as others: 0 and O, 1 and I and L, U and V.
const ALPHABET: [char; 29] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'W', 'X', 'Y', 'Z', '2', '3',
    '4', '5', '6', '7', '8', '9',
];

const CODE_CHARACTERS: usize = 8;

/// How often the alphabet goes into the values of a byte; the values beyond would favour its first characters.
const TIMES_IN_A_BYTE: usize = 256 / ALPHABET.len();

/// Codes of 38 random bits: enough where tries are few, each is counted, and the code soon expires.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomVerificationCodeGenerator;

impl VerificationCodeGenerator for RandomVerificationCodeGenerator {
    #[expect(
        clippy::expect_used,
        reason = "nothing safe can be issued by a machine without randomness"
    )]
    fn generate(&self) -> VerificationCode {
        let mut code = String::with_capacity(CODE_CHARACTERS);
        let mut bytes = Zeroizing::new([0; CODE_CHARACTERS]);
        let mut missing = CODE_CHARACTERS;
        while missing > 0 {
            fill_with_randomness(bytes.as_mut_slice()).expect("the operating system has randomness");
            let drawn = code.len();
            code.extend(bytes.iter().copied().filter_map(character).take(missing));
            missing -= code.len() - drawn;
        }
        VerificationCode::new(code)
    }
}

/// The character that the byte stands for. Each character is as likely as any other; some bytes stand for none.
fn character(byte: u8) -> Option<char> {
    let value = usize::from(byte);
    (value < ALPHABET.len() * TIMES_IN_A_BYTE)
        .then_some(value % ALPHABET.len())
        .and_then(|index| ALPHABET.get(index).copied())
}
