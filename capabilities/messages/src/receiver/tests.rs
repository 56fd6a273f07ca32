//! The test receiver speaks as a mail server and a bridge must.

use std::sync::Mutex;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::*;
use crate::signature;

async fn start(secret: Option<&str>) -> (Receiver, Arc<Mutex<Vec<Arrival>>>) {
    let heard: Arc<Mutex<Vec<Arrival>>> = Arc::default();
    let ears = Arc::clone(&heard);
    let mut manner = Manner::new(move |arrival| ears.lock().unwrap().push(arrival));
    manner.secret = secret.map(str::to_owned);
    let any = "127.0.0.1:0".parse().unwrap();
    (Receiver::start(any, any, manner).await.unwrap(), heard)
}

/// Says the lines one after another and gives the reply codes.
async fn dialogue(receiver: &Receiver, lines: &[&str]) -> Vec<String> {
    let mut stream = BufReader::new(TcpStream::connect(receiver.smtp).await.unwrap());
    let mut codes = vec![reply(&mut stream).await];
    for line in lines {
        stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        codes.push(reply(&mut stream).await);
    }
    codes
}

async fn reply(stream: &mut BufReader<TcpStream>) -> String {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        if line.get(3..4) != Some("-") {
            return line.chars().take(3).collect();
        }
    }
}

#[tokio::test]
async fn a_letter_goes_through_the_whole_dialogue() {
    let (receiver, heard) = start(None).await;
    let letter =
        "Subject: =?utf-8?b?5oKo?= =?utf-8?b?5aW9?= there\r\nMessage-ID: <1@x>\r\n\r\n..dot\r\nend\r\n.";
    let codes = dialogue(
        &receiver,
        &[
            "EHLO x",
            "mail from:<a@x.cn> SIZE=9",
            "RCPT TO:<b@y.cn>",
            "rcpt to:<c@y.cn>",
            "DATA",
            letter,
            "QUIT",
        ],
    )
    .await;
    assert_eq!(codes, ["220", "250", "250", "250", "250", "354", "250", "221"]);
    let expected = Arrival::Smtp {
        from: "a@x.cn".into(),
        to: vec!["b@y.cn".into(), "c@y.cn".into()],
        message_id: "<1@x>".into(),
        subject: "您好 there".into(),
        text: ".dot\nend".into(),
    };
    assert_eq!(*heard.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn commands_out_of_turn_are_refused() {
    let (receiver, heard) = start(None).await;
    let lines = [
        "MAIL FROM:<a@x.cn>",
        "EHLO x",
        "RCPT TO:<b@y.cn>",
        "DATA",
        "MAIL FROM",
        "MAIL FROM:<a@x.cn>",
        "MAIL FROM:<b@x.cn>",
        "RCPT TO:b@y.cn",
        "RCPT TO:<>",
        "DATA",
        "RSET",
        "RCPT TO:<b@y.cn>",
        "VRFY b",
        "NOOP",
        "TURN",
    ];
    let codes = dialogue(&receiver, &lines).await;
    let expected = [
        "220", "503", "250", "503", "503", "501", "250", "503", "501", "501", "503", "250", "503", "252",
        "250", "502",
    ];
    assert_eq!(codes, expected);
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn requests_prove_the_secret() {
    let (receiver, heard) = start(Some("s")).await;
    let client = reqwest::Client::builder().tls_certs_only([]).build();
    let client = client.unwrap_or_else(|_no_provider| panic!("an HTTP client"));
    let url = format!("http://{}/sms", receiver.http);
    let body = r#"{"id":"1"}"#;
    let send = async |headers: &[(&str, &str)], body: &str| {
        let mut request = client.post(&url).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let signed = signature("s", 7, body.as_bytes());
    assert_eq!(send(&[], body).await, 401);
    assert_eq!(send(&[("authorization", "Bearer x")], body).await, 401);
    assert_eq!(send(&[("tongban-timestamp", "8"), ("tongban-signature", &signed)], body).await, 401);
    assert_eq!(send(&[("tongban-timestamp", "7"), ("tongban-signature", &signed)], body).await, 200);
    assert_eq!(send(&[("authorization", "Bearer s")], "no json").await, 400);
    assert_eq!(send(&[("authorization", "Bearer s")], body).await, 200);
    assert_eq!(client.get(&url).send().await.unwrap().status().as_u16(), 405);
    assert_eq!(heard.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn it_listens_on_this_machine_only() {
    let (here, everywhere) = ("127.0.0.1:0".parse().unwrap(), "0.0.0.0:0".parse().unwrap());
    assert!(Receiver::start(here, everywhere, Manner::new(|_| {})).await.is_err());
}
