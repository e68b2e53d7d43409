use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// Digests of the SHA family, as hashes use them by themselves and in PBKDF2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShaDigest {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl ShaDigest {
    /// The digest of a name such as `sha256`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            _ => return None,
        })
    }

    pub(crate) const fn output_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// PBKDF2 with HMAC of this digest (RFC 8018, section 5.2).
    pub(crate) fn pbkdf2(self, iterations: u32, password: &[u8], salt: &[u8], output: &mut [u8]) {
        let function = match self {
            Self::Sha1 => pbkdf2_hmac::<Sha1>,
            Self::Sha224 => pbkdf2_hmac::<Sha224>,
            Self::Sha256 => pbkdf2_hmac::<Sha256>,
            Self::Sha384 => pbkdf2_hmac::<Sha384>,
            Self::Sha512 => pbkdf2_hmac::<Sha512>,
        };
        function(password, salt, iterations, output);
    }

    /// Writes the digest of the two texts in a row, or its beginning.
    pub(crate) fn of_both(self, one: &[u8], other: &[u8], output: &mut [u8]) {
        match self {
            Self::Sha1 => write_digest::<Sha1>(one, other, output),
            Self::Sha224 => write_digest::<Sha224>(one, other, output),
            Self::Sha256 => write_digest::<Sha256>(one, other, output),
            Self::Sha384 => write_digest::<Sha384>(one, other, output),
            Self::Sha512 => write_digest::<Sha512>(one, other, output),
        }
    }
}

fn write_digest<D: Digest>(one: &[u8], other: &[u8], output: &mut [u8]) {
    let digest = D::new().chain_update(one).chain_update(other).finalize();
    write(&digest, output);
}

/// Copies as many bytes as there are in both.
pub(crate) fn write(computed: &[u8], output: &mut [u8]) {
    for (byte, computed) in output.iter_mut().zip(computed) {
        *byte = *computed;
    }
}
