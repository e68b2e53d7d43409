use super::bench::Bench;
use crate::Failure;
use crate::clients::{Wire, Work};
use crate::options::Part;
use crate::report::{Reference, Samples, Subject};
use crate::server_process::ServerProcess;

/// One thing that is measured.
#[derive(Debug, Clone)]
enum Turn {
    Server(Subject, Work),
    Reference(Reference),
}

/// Server and bare SQL in turn, at every number of connections, round after round. Every second round goes the other way
/// round, so that nobody always comes behind the same one.
pub(super) async fn measure(
    bench: &mut Bench<'_>,
    server: &ServerProcess,
    samples: &mut Samples,
) -> Result<(), Failure> {
    for round in 0..bench.plan.rounds {
        for (place, connections) in bench.plan.connections.iter().copied().enumerate() {
            let mut turns = turns(bench, place == 0);
            if round % 2 == 1 {
                turns.reverse();
            }
            for turn in turns {
                match turn {
                    Turn::Server(subject, work) => {
                        let sample = bench.closed(server, &work, connections).await?;
                        samples.add(subject, connections, sample);
                    }
                    Turn::Reference(reference) => {
                        // A loop has one connection, whatever it is beside.
                        let connections = if reference.is_loop() { 1 } else { connections };
                        let span = (bench.plan.warm_up, bench.plan.seconds);
                        let outcome = bench
                            .store
                            .run_reference(reference, &bench.regions, connections, span)
                            .await?;
                        let sample = bench.told(reference.name(), connections, &outcome);
                        samples.add(Subject::Reference(reference), connections, sample);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Something of the server, something of bare SQL, and so on.
fn turns(bench: &Bench<'_>, is_first: bool) -> Vec<Turn> {
    let mut servers = Vec::new();
    for (part, subject, work) in [
        (Part::Json, Subject::Json, Work::Changes(Wire::Json)),
        (Part::Grpc, Subject::Grpc, Work::Changes(Wire::Grpc)),
        (Part::GrpcWeb, Subject::GrpcWeb, Work::Changes(Wire::GrpcWeb)),
        (Part::Find, Subject::Find, Work::Finds),
    ] {
        if bench.plan.has(part) {
            servers.push(Turn::Server(subject, work));
        }
    }
    let is_changing = [Part::Json, Part::Grpc, Part::GrpcWeb]
        .into_iter()
        .any(|part| bench.plan.has(part));
    let references = bench.store.references().into_iter();
    let references = references.filter(|reference| is_changing && (is_first || !reference.is_loop()));
    interleave(servers, references.map(Turn::Reference).collect())
}

fn interleave<T>(some: Vec<T>, others: Vec<T>) -> Vec<T> {
    let (mut some, mut others) = (some.into_iter(), others.into_iter());
    let mut all = Vec::new();
    loop {
        match (some.next(), others.next()) {
            (None, None) => return all,
            (one, other) => all.extend(one.into_iter().chain(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::interleave;

    #[test]
    fn both_take_turns_until_nothing_is_left() {
        assert_eq!(interleave(vec![1, 3, 5, 6], vec![2, 4]), [1, 2, 3, 4, 5, 6]);
    }
}
