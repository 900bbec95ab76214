//! A stranger's check of an export: FORMAT.md read by somebody who has only `blake3` and `serde_json`.

use serde_json::Value;

/// Position, link, time.
type Head = (u64, Vec<u8>, i64);

/// Any multiple of 32 bytes in hex.
fn unhex(value: &Value) -> Option<Vec<u8>> {
    let pieces = value.as_str()?.as_bytes().chunks(64);
    let pieces: Result<Vec<_>, _> = pieces.map(blake3::Hash::from_hex).collect();
    let bytes = pieces
        .ok()?
        .iter()
        .flat_map(|one| *one.as_bytes())
        .collect();
    Some(bytes)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// The head that a line makes; none where it is not the entry that must stand there.
fn next(text: &str, before: Option<&Head>) -> Option<Head> {
    let line: Value = serde_json::from_str(text).ok()?;
    let header = unhex(&line["header"]).filter(|header| header.len() == 96)?;
    let (seq, at) = (number(&header[8..16]), number(&header[48..56]) as i64);
    let origin = || {
        let name = line["body"]["origin"].as_str()?;
        Some(blake3::derive_key("regesta 2026-11-23 v1 origin", name.as_bytes()).to_vec())
    };
    let (expected, prev, not_before) = match before {
        Some((seq, link, at)) => (seq + 1, link.clone(), *at),
        None => (0, origin()?, i64::MIN),
    };
    let link = blake3::derive_key("regesta 2026-11-23 v1 link", &header).to_vec();
    let is_next = header[..8] == *b"REGESTA\x01" && header[58..60] == [0, 0] && seq == expected;
    let is_linked = header[16..48] == prev && unhex(&line["link"])? == link && at >= not_before;
    let is_sealed = line["body"].is_null() || {
        let body = text.split_once(",\"body\":")?.1.strip_suffix('}')?;
        let salt: [u8; 32] = unhex(&line["salt"])?.try_into().ok()?;
        let digest = blake3::keyed_hash(&salt, body.as_bytes());
        let canonical = serde_json::to_string(&line["body"]).ok()?;
        digest == header[64..] && number(&header[60..64]) == body.len() as u64 && canonical == body
    };
    (is_next && is_linked && is_sealed && line["seq"] == seq).then_some((seq, link, at))
}

/// Checks every line; returns the head's position and link.
pub fn check(export: &str) -> Result<(u64, String), String> {
    let mut head = None;
    for (n, line) in export.lines().enumerate() {
        let sound = next(line, head.as_ref());
        head = Some(sound.ok_or(format!("line {}: not the entry that stands there", n + 1))?);
    }
    let (seq, link, _) = head.ok_or("an empty export")?;
    Ok((seq, link.iter().map(|byte| format!("{byte:02x}")).collect()))
}
