//! A stranger's check of an export: FORMAT.md read by somebody who has only `blake3` and `serde_json`.

use serde_json::Value;

fn unhex<const N: usize>(value: &Value) -> Result<[u8; N], String> {
    let text = value.as_str().ok_or("not a text")?;
    let byte = |at: usize| {
        text.get(at * 2..at * 2 + 2)
            .and_then(|two| u8::from_str_radix(two, 16).ok())
    };
    let bytes: Option<Vec<u8>> = (0..text.len().div_ceil(2)).map(byte).collect();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(format!("not {N} bytes of hex: {text}"))
}

/// The bytes of the body as they stand in the line, between its key and the line's end.
fn body_bytes(line: &str) -> Option<&str> {
    line.split_once(",\"body\":")
        .and_then(|(_, rest)| rest.strip_suffix('}'))
}

/// Checks every line; returns the head's position and link.
pub fn check(export: &str) -> Result<(u64, String), String> {
    let mut head: Option<(u64, [u8; 32], i64)> = None;
    for (n, text) in export.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", n + 1);
        let line: Value = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
        let header: [u8; 96] = unhex(&line["header"])?;
        let field = |from: usize, to: usize| &header[from..to];
        let number = |from: usize, to: usize| {
            field(from, to)
                .iter()
                .fold(0u64, |n, byte| n << 8 | u64::from(*byte))
        };
        let seq = number(8, 16);
        let at = number(48, 56) as i64;
        if field(0, 8) != b"REGESTA\x01"
            || number(58, 60) != 0
            || line["seq"] != seq
            || seq != n as u64
        {
            return Err(wrong("not a header of version 1 in its place"));
        }
        let before = match head {
            Some((_, link, _)) => link,
            None => {
                let origin = line["body"]["origin"]
                    .as_str()
                    .ok_or(wrong("the opening has no origin"))?;
                blake3::derive_key("regesta 2026-11-23 v1 origin", origin.as_bytes())
            }
        };
        let link = blake3::derive_key("regesta 2026-11-23 v1 link", &header);
        if field(16, 48) != before || unhex::<32>(&line["link"])? != link {
            return Err(wrong("does not follow the line before"));
        }
        if head.is_some_and(|(_, _, last)| at < last) {
            return Err(wrong("recorded before the line before"));
        }
        if !line["body"].is_null() {
            let body = body_bytes(text).ok_or(wrong("has no body"))?;
            let digest = blake3::keyed_hash(&unhex::<32>(&line["salt"])?, body.as_bytes());
            let canonical =
                serde_json::to_string(&line["body"]).map_err(|error| wrong(&error.to_string()))?;
            if digest.as_bytes() != field(64, 96)
                || number(60, 64) != body.len() as u64
                || canonical != body
            {
                return Err(wrong("its body is not what was sealed"));
            }
        }
        head = Some((seq, link, at));
    }
    let (seq, link, _) = head.ok_or("an empty export")?;
    Ok((seq, link.iter().map(|byte| format!("{byte:02x}")).collect()))
}
