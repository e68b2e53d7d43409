use unlockd_credentials::{
    ARGON2ID_ITERATIONS, ARGON2ID_MEMORY_KIBIBYTES, ARGON2ID_PARALLELISM, Argon2idParameters, Argon2idParametersError,
};

const GIBIBYTE: u32 = 1024 * 1024;

#[test]
fn the_default_is_what_owasp_recommends() {
    let recommended = Argon2idParameters::new(19_456, 2, 1);
    assert_eq!(recommended, Ok(Argon2idParameters::default()));
    let named = Argon2idParameters::new(ARGON2ID_MEMORY_KIBIBYTES, ARGON2ID_ITERATIONS, ARGON2ID_PARALLELISM);
    assert_eq!(named, recommended);
}

#[test]
fn what_the_standard_allows_up_to_1_gib_can_be_chosen() {
    for (memory, iterations, parallelism) in [
        (8, 1, 1),
        (16, 1, 2),
        (GIBIBYTE, 1, 1),
        (GIBIBYTE, u32::MAX, GIBIBYTE / 8),
    ] {
        let chosen = Argon2idParameters::new(memory, iterations, parallelism);
        assert!(chosen.is_ok(), "{memory} {iterations} {parallelism}: {chosen:?}");
    }
}

#[test]
fn what_the_standard_does_not_allow_and_more_than_1_gib_is_refused() {
    for (memory, iterations, parallelism, error) in [
        (7, 1, 1, Argon2idParametersError::Memory),
        (15, 1, 2, Argon2idParametersError::Memory),
        (0, 1, 1, Argon2idParametersError::Memory),
        (GIBIBYTE + 1, 1, 1, Argon2idParametersError::Memory),
        (GIBIBYTE, 1, GIBIBYTE / 8 + 1, Argon2idParametersError::Memory),
        (GIBIBYTE, 1, u32::MAX, Argon2idParametersError::Memory),
        (19_456, 0, 1, Argon2idParametersError::Iterations),
        (19_456, 2, 0, Argon2idParametersError::Parallelism),
    ] {
        let refused = Argon2idParameters::new(memory, iterations, parallelism);
        assert_eq!(refused, Err(error), "{memory} {iterations} {parallelism}");
    }
}
