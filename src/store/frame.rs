//! A line of JSON with a checksum around it: `{"crc":"9ae0daaf","entry":{…}}`.
//!
//! JSON for whoever greps it, and the checksum covers the exact bytes of the entry, so a line that lost or changed a byte
//! is never believed.

const BEFORE_CHECKSUM: &[u8] = b"{\"crc\":\"";
const AFTER_CHECKSUM: &[u8] = b"\",\"entry\":";
const END: &[u8] = b"}";
const CHECKSUM_DIGITS: usize = 8;

/// The line around the JSON of an entry, its end included.
pub(super) fn framed(entry: &[u8]) -> Vec<u8> {
    let checksum = format!("{:08x}", crc32fast::hash(entry));
    [BEFORE_CHECKSUM, checksum.as_bytes(), AFTER_CHECKSUM, entry, END, b"\n"].concat()
}

/// The JSON of the entry in a line without its end, if its checksum is right.
pub(super) fn checked(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(BEFORE_CHECKSUM)?;
    let (checksum, rest) = rest.split_at_checked(CHECKSUM_DIGITS)?;
    let entry = rest.strip_prefix(AFTER_CHECKSUM)?.strip_suffix(END)?;
    let checksum = u32::from_str_radix(std::str::from_utf8(checksum).ok()?, 16).ok()?;
    (crc32fast::hash(entry) == checksum).then_some(entry)
}
