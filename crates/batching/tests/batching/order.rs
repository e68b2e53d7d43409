use proptest::prelude::*;
use tokio::runtime;

use crate::gate::{Gate, ROOMY, ask_all};

#[tokio::test]
async fn what_has_the_same_key_is_done_one_after_the_other() {
    let gate = Gate::closed();
    let batches = gate.batches(ROOMY);

    let asked = ask_all(&batches, ["first", "a:1", "a:2", "b:1", "c", "a:3", "b:2"]).await;
    gate.let_through(4);

    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(
        gate.begun(),
        [vec!["first"], vec!["a:1", "b:1", "c"], vec!["a:2", "b:2"], vec!["a:3"]]
    );
}

proptest! {
    #[test]
    fn keys_are_apart_in_batches_and_in_order_over_all_of_them(
        keys in proptest::collection::vec("[abc]", 1..60),
        batch_items in 1_usize..20,
    ) {
        let items: Vec<_> = keys.iter().enumerate().map(|(number, key)| format!("{key}:{number:03}")).collect();
        let gate = Gate::closed();
        runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let batches = gate.batches(unlockd_batching::Limits { batch_items, ..ROOMY });
            let asked = ask_all(&batches, items.iter().map(String::as_str)).await;
            gate.let_through(items.len());
            for (answer, item) in asked.into_iter().zip(&items) {
                assert_eq!(answer.await.unwrap().as_ref(), Ok(item));
            }
        });

        let begun = gate.begun();
        for batch in &begun {
            let mut keys: Vec<_> = batch.iter().map(|item| &item[..1]).collect();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(keys.len(), batch.len());
            prop_assert!(batch.len() <= batch_items);
        }
        for key in ["a:", "b:", "c:"] {
            let done = begun.concat().into_iter().filter(|item| item.starts_with(key));
            prop_assert!(done.eq(items.iter().filter(|item| item.starts_with(key)).cloned()));
        }
    }
}
