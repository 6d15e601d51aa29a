//! Runs against a server that is not the run's own.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use waitmark_reports::record::Status;

use crate::{Sandbox, stderr, stdout};

const SMALL: &str = r#"
    clients = ["sequential", "tokio"]
    workloads = ["fan_out"]
    sizes = [3]
    delays = ["2ms"]
    rounds = 2
    budget = "1ms"
"#;

#[test]
fn a_mock_server_elsewhere_is_loaded_and_its_counters_are_read() {
    let server = waitmark_server::Server::start().unwrap();
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench", "--server", &server.url()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    assert_eq!(record.server.url, Some(server.url()));
    assert_eq!((record.server.threads, record.server.addresses), (0, 1));
    for cell in &record.cells {
        assert_eq!(cell.status, Status::Measured);
        let counts = cell.rounds[0].server.as_ref().unwrap();
        assert_eq!(counts.requests, 3 * cell.rounds[0].batches);
    }
}

/// A server that answers as the other one does, and tells no counters.
fn without_counters(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let pass_on = move |mut client: TcpStream| -> io::Result<()> {
        let mut head = String::new();
        let mut lines = BufReader::new(client.try_clone()?);
        while !head.ends_with("\r\n\r\n") && lines.read_line(&mut head)? > 0 {}
        if head.starts_with("GET /stats") {
            client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
            return client.shutdown(Shutdown::Write);
        }
        let mut origin = TcpStream::connect(server)?;
        origin.write_all(head.as_bytes())?;
        io::copy(&mut origin, &mut client).map(drop)
    };
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || pass_on(client));
        }
    });
    addr
}

#[test]
fn a_server_without_counters_is_loaded_and_what_is_not_checked_is_said() {
    let origin = waitmark_server::Server::start().unwrap();
    let url = format!("http://{}", without_counters(origin.addr()));
    let sandbox = Sandbox::new(SMALL);
    let output = sandbox.run(&["--bench", "--server", &url]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = sandbox.record();
    for cell in &record.cells {
        assert_eq!((cell.status, &cell.expected), (Status::Measured, &None));
        assert!(cell.rounds.iter().all(|round| round.server.is_none()));
    }
    assert!(stderr(&output).contains("is no mock server"), "{}", stderr(&output));
    assert!(stdout(&output).contains("no mock server"), "{}", stdout(&output));
}

#[test]
fn where_nobody_listens_the_run_is_refused() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = Sandbox::new(SMALL).run(&["--bench", "--server", &format!("http://{free}")]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains(&format!("no server at http://{free}: ")), "{said}");
    let output = Sandbox::new(SMALL).run(&["--bench", "--server", "https://localhost"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}
