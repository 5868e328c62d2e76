//! Takes a `text/event-stream` apart: by lines, never by chunk.
//!
//! Argo CD sends `data: {json} `, two line breaks and one more, sometimes as a chunk of its own; between events a line
//! `:` keeps the connection alive. There are no names, ids or retry hints.

/// Largest event that is kept. An Application is at most 1.5 MB in the cluster.
const LARGEST: usize = 16 * 1024 * 1024;

/// An event larger than 16 MiB.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// The incremental reader.
#[derive(Default)]
pub(super) struct EventStream {
    /// The unfinished line.
    line: Vec<u8>,
    /// Data lines of the unfinished event.
    data: Vec<u8>,
}

impl EventStream {
    /// Before the first byte.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Reads on and gives the data of each event that is complete now.
    ///
    /// # Errors
    /// When one event is larger than anything Argo CD sends.
    pub(super) fn feed(&mut self, chunk: &[u8]) -> Result<Vec<Vec<u8>>, TooLarge> {
        let mut events = Vec::new();
        let mut rest = chunk;
        while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&rest[..at]);
            rest = &rest[at + 1..];
            let line = std::mem::take(&mut self.line);
            if let Some(event) = self.end_of_line(&line) {
                events.push(event);
            }
            // Keeps its allocation for the next line.
            self.line = line;
            self.line.clear();
            self.check_size()?;
        }
        self.line.extend_from_slice(rest);
        self.check_size()?;
        Ok(events)
    }

    fn check_size(&self) -> Result<(), TooLarge> {
        if self.line.len() + self.data.len() > LARGEST {
            Err(TooLarge)
        } else {
            Ok(())
        }
    }

    fn end_of_line(&mut self, line: &[u8]) -> Option<Vec<u8>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            let event = std::mem::take(&mut self.data);
            return (!event.is_empty()).then_some(event);
        }
        // Comments (`:`) and fields that Argo CD does not send are skipped, as the standard asks.
        if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&str]) -> Vec<String> {
        let mut stream = EventStream::new();
        chunks
            .iter()
            .flat_map(|chunk| stream.feed(chunk.as_bytes()).unwrap())
            .map(|event| String::from_utf8(event).unwrap())
            .collect()
    }

    #[test]
    fn events_end_with_a_blank_line_wherever_the_chunks_end() {
        let text = "data: {\"a\":1} \n\n\n:\ndata: {\"b\":2} \n\n\n:\n:\n";
        let expected = ["{\"a\":1} ", "{\"b\":2} "];
        assert_eq!(read(&[text]), expected);
        let bytes: Vec<String> = text.chars().map(String::from).collect();
        let bytes: Vec<&str> = bytes.iter().map(String::as_str).collect();
        assert_eq!(read(&bytes), expected);
        assert_eq!(
            read(&["data: {\"a\":1} \n\n", "\n", ":\nda", "ta: {\"b\":2} \n", "\n\n"]),
            expected
        );
    }

    #[test]
    fn other_spellings_of_the_standard_are_read_too() {
        assert_eq!(
            read(&["event: x\r\nid: 1\r\ndata:one\r\ndata: two\r\n\r\n", "retry: 5\n\ndata\n\n"]),
            ["one\ntwo"]
        );
    }

    #[test]
    fn an_unfinished_event_is_no_event() {
        assert_eq!(read(&["data: {\"a\":1}\n"]), Vec::<String>::new());
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut stream = EventStream::new();
        let megabyte = vec![b'x'; 1024 * 1024];
        let outcome = (0..17).try_for_each(|_| stream.feed(&megabyte).map(|_| ()));
        assert_eq!(outcome, Err(TooLarge));
    }

    #[test]
    fn a_recorded_stream_gives_one_event_for_each_change() {
        for (recording, events) in [
            (include_str!("../../tests/fixtures/argocd/streams/apps-sse-quiet.jsonl"), 1),
            (include_str!("../../tests/fixtures/argocd/streams/err-bad-token.jsonl"), 1),
        ] {
            let chunks: Vec<String> = recording
                .lines()
                .skip(1)
                .map(|line| {
                    serde_json::from_str::<serde_json::Value>(line).unwrap()["chunk"]
                        .as_str()
                        .unwrap()
                        .to_owned()
                })
                .collect();
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            assert_eq!(read(&chunks).len(), events);
        }
    }
}
