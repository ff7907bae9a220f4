//! The service as its clients see it, over HTTP, on SQLite.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use orm::prelude::*;

/// The running service, which ends with the test.
struct Service {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().expect("the service runs");
        self.process.wait().expect("the service ends");
    }
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!(
            "sqlite://{}",
            folder.path().join("service.db").display()
        );
        let engine = Engine::connect(&url).expect("the url");
        Metadata::of((web_service::User,))
            .create_all(&engine)
            .expect("the tables");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address =
            free.local_addr().expect("its number").to_string();
        drop(free);
        let process = Command::new(env!("CARGO_BIN_EXE_web-service"))
            .env("DATABASE_URL", url)
            .env("ADDRESS", &address)
            .spawn()
            .expect("the service starts");
        let service = Self {
            process,
            address,
            _folder: folder,
        };
        let start = Instant::now();
        while TcpStream::connect(&service.address).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the service doesn't answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        service
    }

    /// The status and the body of a response.
    fn send(&self, method: &str, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address)
            .expect("the service answers");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        );
        stream
            .write_all(request.as_bytes())
            .expect("the request is sent");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("an answer in text");
        let (head, body) =
            answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).expect("a status");
        (status.to_owned(), body.to_owned())
    }
}

#[test]
fn clients_add_visit_and_list_users() {
    let service = Service::start();
    let answer =
        |status: &str, body: &str| (status.to_owned(), body.to_owned());
    let ada = r#"{"id":1,"name":"ada","visits":0}"#;
    assert_eq!(service.send("POST", "/users/ada"), answer("200", ada));
    assert_eq!(service.send("POST", "/users/ada"), answer("409", ""));
    assert_eq!(
        service.send("POST", "/users/bob/visits"),
        answer("404", "")
    );
    assert_eq!(
        service.send("POST", "/users/ada/visits"),
        answer("200", "1")
    );
    let visits = || {
        (0..10).for_each(|_| {
            assert_eq!(
                service.send("POST", "/users/ada/visits").0,
                "200"
            )
        })
    };
    std::thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(visits)))
    });
    let ada = r#"[{"id":1,"name":"ada","visits":81}]"#;
    assert_eq!(service.send("GET", "/users"), answer("200", ada));
}
