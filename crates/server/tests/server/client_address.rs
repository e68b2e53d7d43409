//! Where requests come from, behind trusted proxies and without them, over every wire.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use tempfile::TempDir;
use tokio::net::TcpSocket;
use tonic::Code;
use tonic::transport::Endpoint;
use unlockd_proto::zitadel::user::v3alpha::GetUserByIdRequest;
use unlockd_proto::zitadel::user::v3alpha::user_service_client::UserServiceClient;

use crate::program::{Program, unlockd};

/// Two of the addresses of the loopback interface: the proxy's, and that of whoever is none.
const PROXY: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const STRANGER: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A server that trusts the proxy, and tells where requests come from.
fn serve(trusted_proxies: &str) -> (TempDir, Program) {
    let folder = TempDir::new().unwrap();
    let mut command = unlockd(folder.path());
    command
        .env("UNLOCKD_TRUSTED_PROXIES", trusted_proxies)
        .env("UNLOCKD_LOG", "unlockd_server=debug");
    let program = Program::serve(command);
    (folder, program)
}

/// Sends a request from an address of this machine; gives back the status.
fn request_from(address: Ipv4Addr, server: SocketAddr, content_type: &str, headers: &str) -> u16 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut connection = runtime.block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        socket.connect(server).await.unwrap().into_std().unwrap()
    });
    connection.set_nonblocking(false).unwrap();
    write!(
        connection,
        "POST /v3alpha/users/bob/unlock HTTP/1.1\r\nhost: unlockd\r\nconnection: close\r\ncontent-length: 0\r\n\
         content-type: {content_type}\r\n{headers}\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let status = String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse();
    status.unwrap()
}

/// Where the next request comes from, by the log.
fn source(program: &mut Program) -> String {
    let line = program.wait_for_line("request begins");
    line["client.address"].as_str().unwrap().to_owned()
}

#[test]
fn the_word_of_a_trusted_proxy_counts_and_that_of_others_does_not() {
    let (_folder, mut program) = serve("127.0.0.2, 10.0.0.0/8");
    for content_type in ["application/json", "application/grpc-web+proto"] {
        for headers in [
            "x-forwarded-for: 203.0.113.66, 192.0.2.7, 10.0.0.9\r\n",
            "x-forwarded-for: 203.0.113.66\r\nx-forwarded-for: 192.0.2.7\r\n",
            "forwarded: for=203.0.113.66, for=\"192.0.2.7:49152\";proto=https\r\n",
            "forwarded: for=192.0.2.7\r\nx-forwarded-for: 192.0.2.7\r\n",
        ] {
            request_from(PROXY, program.address, content_type, headers);
            assert_eq!(source(&mut program), "192.0.2.7", "{content_type} {headers}");
            request_from(STRANGER, program.address, content_type, headers);
            assert_eq!(source(&mut program), "127.0.0.1", "{content_type} {headers}");
        }
        let headers = "forwarded: for=203.0.113.66\r\nx-forwarded-for: 192.0.2.7\r\n";
        request_from(PROXY, program.address, content_type, headers);
        assert_eq!(source(&mut program), "127.0.0.2", "the headers disagree");
    }
}

#[test]
fn nobody_is_trusted_unless_named() {
    let (_folder, mut program) = serve("");
    request_from(
        PROXY,
        program.address,
        "application/json",
        "x-forwarded-for: 192.0.2.7\r\n",
    );
    assert_eq!(source(&mut program), "127.0.0.2");
}

#[test]
fn forwarding_headers_that_do_not_count_are_warned_of_once() {
    let (_folder, program) = serve("127.0.0.2");
    for (address, headers) in [
        (PROXY, "x-forwarded-for: 192.0.2.7\r\n"),
        (STRANGER, ""),
        (STRANGER, "forwarded: for=192.0.2.7\r\n"),
        (STRANGER, "x-forwarded-for: 192.0.2.7\r\n"),
    ] {
        request_from(address, program.address, "application/json", headers);
    }
    program.signal("TERM");
    let (_, log) = program.wait();
    let warnings: Vec<_> = log.iter().filter(|line| line["level"] == "WARN").collect();
    let [warning] = warnings[..] else {
        panic!("{warnings:#?}")
    };
    assert_eq!(warning["peer.address"], "127.0.0.1");
    assert!(warning["message"].as_str().unwrap().contains("--trusted-proxies"));
}

#[test]
fn a_client_of_ipv6_is_its_network() {
    let (_folder, mut program) = serve("127.0.0.2");
    let headers = "x-forwarded-for: 2001:db8:1:2:3:4:5:6\r\n";
    request_from(PROXY, program.address, "application/json", headers);
    assert_eq!(source(&mut program), "2001:db8:1:2::/64");
}

#[test]
fn headers_that_make_no_sense_change_no_answer() {
    let (_folder, mut program) = serve("127.0.0.2");
    for headers in [
        "forwarded: \r\n",
        "forwarded: for=\"\r\n",
        "forwarded: ;;,=,for\r\n",
        "x-forwarded-for: ,,[:]:,\u{e9}\r\n",
    ] {
        assert_eq!(request_from(PROXY, program.address, "application/json", headers), 401);
        assert_eq!(source(&mut program), "127.0.0.2", "{headers}");
    }
}

#[tokio::test]
async fn grpc_counts_the_clients_address_too() {
    let (_folder, mut program) = serve("127.0.0.2");
    for (address, expected) in [(PROXY, "192.0.2.7"), (STRANGER, "127.0.0.1")] {
        let endpoint = Endpoint::from_shared(format!("http://{}", program.address)).unwrap();
        let channel = endpoint.local_address(Some(address.into())).connect().await.unwrap();
        let mut request = tonic::Request::new(GetUserByIdRequest::default());
        request
            .metadata_mut()
            .insert("x-forwarded-for", "192.0.2.7".parse().unwrap());
        let refusal = UserServiceClient::new(channel)
            .get_user_by_id(request)
            .await
            .unwrap_err();
        assert_eq!(refusal.code(), Code::Unauthenticated);
        assert_eq!(source(&mut program), expected);
    }
}
