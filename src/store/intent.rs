//! A promise to cut the journal back, kept by whoever finds it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use super::durable;
use super::error::{Doing, StoreError};
use super::journal::{Journal, JournalFile};
use super::layout;
use crate::log::{Head, Link, Recorded};

/// What the journal was before several lines were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Intent {
    pub(super) file: String,
    pub(super) len: u64,
    pub(super) head: Head,
}

impl Intent {
    pub(super) fn to_text(&self) -> String {
        let Self {
            file,
            len,
            head:
                Head {
                    seq,
                    link,
                    recorded_at,
                },
        } = self;
        format!(
            "regesta intent 1\nfile {file}\nlength {len}\nhead {seq} {link} {}\nend\n",
            recorded_at.0
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let rest = text
            .strip_prefix("regesta intent 1\nfile ")?
            .strip_suffix("\nend\n")?;
        let (file, rest) = rest.split_once("\nlength ")?;
        let (len, head) = rest.split_once("\nhead ")?;
        let mut parts = head.split(' ');
        let seq = parts.next()?.parse().ok()?;
        let link: Link = parts.next()?.parse().ok()?;
        let recorded_at = Recorded(parts.next()?.parse().ok()?);
        let is_name = !file.is_empty() && !file.contains(['/', '\\']);
        is_name.then_some(Self {
            file: file.to_owned(),
            len: len.parse().ok()?,
            head: Head {
                seq,
                link,
                recorded_at,
            },
        })
    }

    /// The intent that a record was left with. One that is not whole was never followed by a line.
    pub(super) fn find(path: &Path) -> Result<Option<Self>, StoreError> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(e)
                if e.kind() == io::ErrorKind::NotFound
                    || e.kind() == io::ErrorKind::InvalidData =>
            {
                Ok(None)
            }
            Err(e) => Err(e).doing("read", path),
        }
    }

    /// Cuts the journal back and removes the intent. May be repeated.
    pub(super) fn cut(&self, record: &Path, intent: &Path) -> Result<(), StoreError> {
        let dir = layout::journal(record);
        let kept = dir.join(&self.file);
        for JournalFile { path, .. } in Journal::at(dir.clone()).files()? {
            if path > kept {
                fs::remove_file(&path).doing("remove", &path)?;
            }
        }
        // An older copy of the journal may have been put in its place: never make it longer.
        if let Ok(found) = fs::metadata(&kept)
            && found.len() > self.len
        {
            let file = OpenOptions::new()
                .write(true)
                .open(&kept)
                .doing("open", &kept)?;
            file.set_len(self.len)
                .and_then(|()| file.sync_all())
                .doing("cut", &kept)?;
        }
        if dir.is_dir() {
            durable::sync_dir(&dir)?;
        }
        durable::remove_file(intent)
    }
}
