use futures_util::FutureExt;
use tokio::runtime;
use unlockd_batching::SubmitError;

use crate::gate::{Gate, ROOMY, ask_all};

#[tokio::test]
async fn whoever_goes_away_takes_nobody_along() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["first", "a", "b", "c"]).await;
    // One whose own batch is in flight, and one who waits.
    asked[0].abort();
    asked[2].abort();
    gate.let_through(2);

    let answers = futures_util::future::join_all(asked).await;
    assert!(answers[0].is_err());
    assert_eq!(answers[1].as_ref().unwrap().as_deref(), Ok("a"));
    assert!(answers[2].is_err());
    assert_eq!(answers[3].as_ref().unwrap().as_deref(), Ok("c"));
    assert_eq!(gate.ended(), [vec!["first"], vec!["a", "c"]]);
}

#[tokio::test]
async fn whoever_goes_away_from_a_batch_of_their_own_does_not_break_it_off() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["first"]).await;
    asked[0].abort();
    for answer in asked {
        assert!(answer.await.unwrap_err().is_cancelled());
    }
    let next = ask_all(&batches, ["next"]).await;
    assert_eq!(gate.begun(), [["first"]]);
    gate.let_through(2);

    for answer in next {
        assert_eq!(answer.await.unwrap().as_deref(), Ok("next"));
    }
    assert_eq!(gate.ended(), [["first"], ["next"]]);
}

#[tokio::test]
async fn a_panic_of_somebody_beside_a_batch_does_not_break_it_off() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let caller = batches.clone();
    let asked = tokio::spawn(async move {
        let other = async { panic!("as asked for") };
        futures_util::future::join(caller.submit("first".to_owned()), other).await
    });
    assert!(asked.await.unwrap_err().is_panic());
    gate.let_through(2);

    assert_eq!(batches.submit("next".to_owned()).await.as_deref(), Ok("next"));
    assert_eq!(gate.ended(), [["first"], ["next"]]);
}

#[tokio::test]
async fn whoever_goes_away_within_a_batch_that_has_begun_does_not_stop_it() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["first", "a", "b"]).await;
    gate.let_through(1);
    while gate.begun().len() < 2 {
        tokio::task::yield_now().await;
    }
    asked[1].abort();
    gate.let_through(1);

    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers[2].as_ref().unwrap().as_deref(), Ok("b"));
    assert_eq!(gate.ended(), [vec!["first"], vec!["a", "b"]]);
}

#[tokio::test]
async fn a_batch_that_panics_fails_those_in_it_and_nobody_else() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["first!", "a:1", "a:2", "b!"]).await;
    gate.let_through(100);

    let mut answers = futures_util::future::join_all(asked).await;
    assert!(answers.remove(0).unwrap_err().is_panic());
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        answers,
        [Err(SubmitError::Lost), Ok("a:2".to_owned()), Err(SubmitError::Lost)]
    );
    assert_eq!(batches.submit("later".to_owned()).await.as_deref(), Ok("later"));
}

#[test]
fn a_runtime_that_shuts_down_loses_what_waits_and_the_next_one_goes_on() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);
    let runtime = || runtime::Builder::new_current_thread().build().unwrap();

    let first = runtime();
    let mut waiting = Box::pin(batches.submit("waiting".to_owned()));
    first.block_on(async {
        drop(ask_all(&batches, ["first", "a"]).await);
        assert!((&mut waiting).now_or_never().is_none());
    });
    drop(first);

    assert_eq!(runtime().block_on(waiting), Err(SubmitError::Lost));
    gate.let_through(1);
    assert_eq!(runtime().block_on(batches.submit("b".to_owned())).as_deref(), Ok("b"));
}
