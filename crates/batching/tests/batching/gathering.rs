use crate::gate::{Gate, ROOMY, ask_all};

#[tokio::test]
async fn whoever_comes_while_a_batch_is_in_flight_is_in_the_next_one() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["a", "b", "c", "d"]).await;
    assert_eq!(gate.begun(), [["a"].map(String::from).to_vec()]);
    gate.let_through(2);

    for (answer, item) in asked.into_iter().zip(["a", "b", "c", "d"]) {
        assert_eq!(answer.await.unwrap().as_deref(), Ok(item));
    }
    assert_eq!(gate.begun(), [vec!["a"], vec!["b", "c", "d"]]);
}

#[tokio::test]
async fn whoever_finds_nothing_in_flight_is_not_held_up() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);
    gate.let_through(2);

    for item in ["a", "b"] {
        assert_eq!(batches.submit(item.to_owned()).await.as_deref(), Ok(item));
    }
    assert_eq!(gate.begun(), [["a"], ["b"]]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_gets_the_answer_to_what_they_asked_however_many_ask_at_the_same_time() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);
    gate.let_through(5_000);

    let askers = (0..50).map(|asker| {
        let batches = batches.clone();
        tokio::spawn(async move {
            for turn in 0..100 {
                let item = format!("{asker} {turn}");
                assert_eq!(batches.submit(item.clone()).await, Ok(item));
            }
        })
    });
    futures_util::future::try_join_all(askers).await.unwrap();

    assert_eq!(gate.begun().concat().len(), 5_000);
}
