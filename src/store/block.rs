//! Items packed into one stored value.
//!
//! | bytes | meaning |
//! |---|---|
//! | 1 | format, 1; or 2 where the payload is lz4 |
//! | 1 | width of the fixed part of an item |
//! | 4 | count of items, big-endian |
//! | 4 | length of the payload when unpacked, big-endian |
//! | count × width | the fixed parts as they are: hashes and salts do not compress |
//! | rest | payload: for each item a varint (its sequence number less the one before) and a varint (its length); then the items |

use super::error::StoreError;

const HEAD: usize = 10;
const PLAIN: u8 = 1;
const LZ4: u8 = 2;

/// No block is written larger than one item of 4 MiB beside its fixed part and its lengths.
const MAX_PAYLOAD: usize = 16 * 1024 * 1024;

/// Some items in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    width: usize,
    fixed: Vec<u8>,
    seqs: Vec<u64>,
    /// Where each item ends in `bytes`; the first begins at `start`.
    ends: Vec<usize>,
    start: usize,
    bytes: Vec<u8>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) seq: u64,
    pub(super) fixed: &'a [u8],
    pub(super) bytes: &'a [u8],
}

impl Block {
    /// An empty block for items whose fixed part has `width` bytes.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.seqs.len()
    }

    /// Bytes before compression.
    pub(super) fn size(&self) -> usize {
        self.fixed.len() + self.bytes.len() - self.start
    }

    pub(super) fn push(&mut self, seq: u64, fixed: &[u8], bytes: &[u8]) {
        debug_assert_eq!(fixed.len(), self.width);
        self.fixed.extend_from_slice(fixed);
        self.seqs.push(seq);
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn get(&self, index: usize) -> Item<'_> {
        let start = if index == 0 {
            self.start
        } else {
            self.ends[index - 1]
        };
        Item {
            seq: self.seqs[index],
            fixed: &self.fixed[index * self.width..(index + 1) * self.width],
            bytes: &self.bytes[start..self.ends[index]],
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Item<'_>> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The items from `from` to before `to`.
    pub(super) fn slice(&self, from: usize, to: usize) -> Self {
        let mut part = Self::new(self.width);
        for index in from..to {
            let item = self.get(index);
            part.push(item.seq, item.fixed, item.bytes);
        }
        part
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(self.bytes.len() + 4 * self.len());
        let mut before = 0;
        for item in self.iter() {
            varint(item.seq.wrapping_sub(before), &mut payload);
            varint(item.bytes.len() as u64, &mut payload);
            before = item.seq;
        }
        payload.extend_from_slice(&self.bytes[self.start..]);
        let packed = lz4_flex::block::compress(&payload);
        let (format, body) = if packed.len() < payload.len() {
            (LZ4, &packed)
        } else {
            (PLAIN, &payload)
        };
        let mut out = Vec::with_capacity(HEAD + self.fixed.len() + body.len());
        out.extend_from_slice(&[format, self.width as u8]);
        out.extend_from_slice(&(self.len() as u32).to_be_bytes());
        out.extend_from_slice(&(payload.len() as u32).to_be_bytes());
        out.extend_from_slice(&self.fixed);
        out.extend_from_slice(body);
        out
    }

    pub(super) fn decode(stored: &[u8]) -> Result<Self, StoreError> {
        Self::try_decode(stored)
            .ok_or_else(|| StoreError::damaged("a block of items cannot be unpacked"))
    }

    fn try_decode(stored: &[u8]) -> Option<Self> {
        let (head, rest) = stored.split_first_chunk::<HEAD>()?;
        let (format, width) = (head[0], usize::from(head[1]));
        let count = u32::from_be_bytes(*head[2..6].first_chunk()?) as usize;
        let payload_len = u32::from_be_bytes(*head[6..10].first_chunk()?) as usize;
        let (fixed, body) = rest.split_at_checked(count.checked_mul(width)?)?;
        let bytes = match format {
            _ if payload_len > MAX_PAYLOAD => return None,
            PLAIN => body.to_vec(),
            LZ4 => lz4_flex::block::decompress(body, payload_len).ok()?,
            _ => return None,
        };
        if bytes.len() != payload_len || count > payload_len {
            return None;
        }
        Self::layout(width, fixed.to_vec(), bytes, count)
    }

    fn layout(width: usize, fixed: Vec<u8>, bytes: Vec<u8>, count: usize) -> Option<Self> {
        let (mut seqs, mut ends) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let (mut at, mut seq, mut end) = (0, 0_u64, 0_usize);
        for _ in 0..count {
            seq = seq.wrapping_add(read_varint(&bytes, &mut at)?);
            end = end.checked_add(usize::try_from(read_varint(&bytes, &mut at)?).ok()?)?;
            seqs.push(seq);
            ends.push(end);
        }
        ends.iter_mut().try_for_each(|end| {
            *end = end.checked_add(at)?;
            Some(())
        })?;
        let last = ends.last().copied().unwrap_or(at);
        (last == bytes.len()).then_some(Self {
            width,
            fixed,
            seqs,
            ends,
            start: at,
            bytes,
        })
    }
}

/// Seven bits a byte, least significant first.
pub(super) fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn read_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
