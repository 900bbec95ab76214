//! Lines of one file of the journal: its last, all of them, or the one of an entry.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;

use super::error::{Doing, LineFault, StoreError};
use super::journal::JournalLine;
use crate::log::MAX_BODY_LEN;

/// Longer than any line: header, salt and link as digits, a body, and what is around them.
pub(super) const MAX_LINE: u64 = MAX_BODY_LEN as u64 + 1024;

/// How a file ends.
pub(super) struct FileEnd {
    /// Where its last complete line begins, and that line without its line feed.
    pub(super) line: Option<(u64, Vec<u8>)>,
    /// Bytes of complete lines.
    pub(super) whole: u64,
    /// Bytes after the last line feed.
    pub(super) torn: u64,
}

/// Reads a file's first `most` bytes from their end until there is a complete line.
pub(super) fn last_line(path: &Path, most: u64) -> Result<FileEnd, StoreError> {
    let mut file = File::open(path).doing("open", path)?;
    let len = file.metadata().doing("look at", path)?.len().min(most);
    let mut reach = 16 * 1024;
    loop {
        let start = len.saturating_sub(reach);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start)).doing("read", path)?;
        (&file)
            .take(len - start)
            .read_to_end(&mut bytes)
            .doing("read", path)?;
        let end = bytes.iter().rposition(|&b| b == b'\n');
        let begin = end.and_then(|end| {
            bytes[..end]
                .iter()
                .rposition(|&b| b == b'\n')
                .map(|at| at + 1)
        });
        match (begin, end) {
            (None, _) if start > 0 && reach <= 4 * MAX_LINE => reach *= 4,
            (None, _) if start > 0 => {
                let source = LineFault::TooLong;
                return Err(StoreError::Journal {
                    file: path.to_owned(),
                    offset: start,
                    source,
                });
            }
            (_, None) => {
                return Ok(FileEnd {
                    line: None,
                    whole: 0,
                    torn: len,
                });
            }
            (begin, Some(end)) => {
                let begin = begin.unwrap_or(0);
                let whole = start + end as u64 + 1;
                let line = (start + begin as u64, bytes[begin..end].to_vec());
                return Ok(FileEnd {
                    line: Some(line),
                    whole,
                    torn: len.saturating_sub(whole),
                });
            }
        }
    }
}

/// Hands out the complete lines of a file from a line's beginning on.
pub(super) fn lines_of(
    path: &Path,
    start: u64,
    is_last: bool,
    each: &mut dyn FnMut(JournalLine<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    let file = File::open(path).doing("open", path)?;
    lines_in(&file, path, start, is_last, each)
}

/// The same for a file that is open already.
pub(super) fn lines_in(
    mut file: &File,
    path: &Path,
    start: u64,
    is_last: bool,
    each: &mut dyn FnMut(JournalLine<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    file.seek(SeekFrom::Start(start)).doing("read", path)?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let (mut bytes, mut offset) = (Vec::new(), start);
    loop {
        bytes.clear();
        let read = (&mut file)
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .doing("read", path)? as u64;
        let fault = |source| {
            Err(StoreError::Journal {
                file: path.to_owned(),
                offset,
                source,
            })
        };
        match bytes.pop() {
            None => return Ok(ControlFlow::Continue(())),
            Some(b'\n') => {}
            Some(_) if read == MAX_LINE => return fault(LineFault::TooLong),
            // Perhaps a line that is being written right now.
            Some(_) if is_last => return Ok(ControlFlow::Continue(())),
            Some(_) => return fault(LineFault::Unended),
        }
        if each(JournalLine {
            file: path,
            offset,
            bytes: &bytes,
        })
        .is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        offset += read;
    }
}

/// Where the line of entry `seq` begins, or the file's last line, by bisection over bytes.
pub(super) fn seek(file: &File, path: &Path, seq: u64) -> Result<u64, StoreError> {
    // The line sought begins at or after `low`; every line that begins at or after `high` is beyond it.
    let (mut low, mut high) = (0, file.metadata().doing("look at", path)?.len());
    while high - low > 4096 {
        let middle = low + (high - low) / 2;
        match line_after(file, middle, high).doing("read", path)? {
            Some((offset, number)) if number <= seq => low = offset,
            _ => high = middle,
        }
    }
    let mut found = low;
    let _stopped = lines_in(file, path, low, true, &mut |line| {
        if number_of(line.bytes).is_none_or(|number| number > seq) {
            return ControlFlow::Break(());
        }
        found = line.offset;
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The first line that begins after `at` and before `end`: where, and the number it bears.
fn line_after(mut file: &File, at: u64, end: u64) -> std::io::Result<Option<(u64, u64)>> {
    file.seek(SeekFrom::Start(at))?;
    let mut reader = BufReader::with_capacity(4096, file);
    let offset = at + reader.skip_until(b'\n')? as u64;
    if offset >= end {
        return Ok(None);
    }
    let mut begin = Vec::new();
    reader.take(32).read_to_end(&mut begin)?;
    Ok(number_of(&begin).map(|number| (offset, number)))
}

/// The number after `{"seq":`.
pub(super) fn number_of(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(b"{\"seq\":")?;
    let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    str::from_utf8(&digits[..len]).ok()?.parse().ok()
}
