use unlockd_batching::{Limits, SubmitError};

use crate::gate::{Gate, ROOMY, ask_all};

#[tokio::test]
async fn a_batch_has_no_more_items_and_bytes_than_it_may_except_for_a_single_item() {
    let gate = Gate::closed();
    let batches = gate.batches(Limits {
        batch_items: 3,
        batch_bytes: 4,
        ..ROOMY
    });

    let asked = ask_all(&batches, ["first", "a", "b", "c", "d", "eee", "ff", "more than 4", "g"]).await;
    gate.let_through(100);

    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(
        gate.begun(),
        [
            vec!["first"],
            vec!["a", "b", "c"],
            vec!["d", "eee"],
            vec!["ff"],
            vec!["more than 4"],
            vec!["g"]
        ]
    );
}

#[tokio::test]
async fn whoever_finds_the_queue_full_is_told_at_once_and_there_is_room_again_later() {
    for limits in [
        Limits {
            queue_items: 2,
            ..ROOMY
        },
        Limits {
            queue_bytes: 5,
            ..ROOMY
        },
    ] {
        let gate = Gate::closed();
        let batches = gate.batches(limits);

        let asked = ask_all(&batches, ["first", "one", "22"]).await;
        assert_eq!(batches.submit("333".to_owned()).await, Err(SubmitError::Full));
        gate.let_through(3);

        for answer in asked {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(batches.submit("333".to_owned()).await.as_deref(), Ok("333"));
        assert_eq!(gate.begun(), [vec!["first"], vec!["one", "22"], vec!["333"]]);
    }
}

#[tokio::test]
async fn whoever_has_gone_away_leaves_their_room_to_others() {
    let gate = Gate::closed();
    let batches = gate.batches(Limits {
        queue_bytes: 6,
        ..ROOMY
    });

    let asked = ask_all(&batches, ["first", "gone", "it"]).await;
    asked[1].abort();
    gate.let_through(2);
    for index in [0, 2] {
        while !asked[index].is_finished() {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(gate.begun(), [vec!["first"], vec!["it"]]);

    let asked = ask_all(&batches, ["second", "123456"]).await;
    gate.let_through(2);
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_crowd_with_one_key_leaves_room_for_others_and_gets_room_again() {
    let gate = Gate::closed();
    let batches = gate.batches(Limits { key_items: 2, ..ROOMY });

    let asked = ask_all(&batches, ["first", "a:1", "a:2", "b:1"]).await;
    assert_eq!(batches.submit("a:3".to_owned()).await, Err(SubmitError::Crowded));
    asked[1].abort();
    gate.let_through(2);
    for index in [0, 2, 3] {
        while !asked[index].is_finished() {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(gate.begun(), [vec!["first"], vec!["a:2", "b:1"]]);

    let asked = ask_all(&batches, ["second", "a:4", "a:5"]).await;
    assert_eq!(batches.submit("a:6".to_owned()).await, Err(SubmitError::Crowded));
    gate.let_through(3);
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
}
