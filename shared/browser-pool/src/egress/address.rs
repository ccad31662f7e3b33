//! What an IP address is: the one table that decides whether it is public.
//!
//! Belongs here: ranges and their sources. Does not: names, ports, allowed pairs (`policy`).
//!
//! The ranges are the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates), all of
//! them, also the few that the registry calls globally reachable (anycast relays, AS112): no shop lives
//! there. `IpAddr::is_global` is unstable and differs from what is wanted here: it accepts transition
//! prefixes that carry a private IPv4 address inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kind of network that an address belongs to. Only [`Public`](Self::Public) is reachable by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Global unicast that is not in any special range.
    Public,
    /// `0.0.0.0/8` and `::`: this host, this network.
    Unspecified,
    /// `127.0.0.0/8` and `::1`.
    Loopback,
    /// RFC 1918.
    Private,
    /// RFC 6598, `100.64.0.0/10`: carrier-grade NAT, also some clouds' metadata.
    SharedAddress,
    /// `169.254.0.0/16` (clouds' metadata) and `fe80::/10`.
    LinkLocal,
    /// `fc00::/7`.
    UniqueLocal,
    /// `fec0::/10`, deprecated but still routed by some.
    SiteLocal,
    /// The documentation prefixes of RFC 5737, 3849 and 9637.
    Documentation,
    /// RFC 2544 and 5180.
    Benchmarking,
    /// `224.0.0.0/4` and `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// An IPv6 form that carries an IPv4 address to be translated or tunnelled on the way: v4-compatible,
    /// v4-translated, NAT64, 6to4, Teredo, ISATAP. Refused whatever is inside, since the network and not
    /// this process decides where it ends.
    Embedded,
    /// Everything else that is not global unicast: protocol assignments, discard, future use, unallocated.
    Reserved,
}

impl AddressClass {
    /// Every class that is refused, for labels that are all present from the start.
    pub(crate) const REFUSED: [Self; 13] = [
        Self::Unspecified,
        Self::Loopback,
        Self::Private,
        Self::SharedAddress,
        Self::LinkLocal,
        Self::UniqueLocal,
        Self::SiteLocal,
        Self::Documentation,
        Self::Benchmarking,
        Self::Multicast,
        Self::Broadcast,
        Self::Embedded,
        Self::Reserved,
    ];

    /// Classifies an address. An IPv4-mapped one is what the address inside it is.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => of_v4(v4),
            IpAddr::V6(v6) => of_v6(v6),
        }
    }

    /// The name that metrics and logs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::SharedAddress => "shared_address",
            Self::LinkLocal => "link_local",
            Self::UniqueLocal => "unique_local",
            Self::SiteLocal => "site_local",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Embedded => "embedded",
            Self::Reserved => "reserved",
        }
    }
}

/// A prefix and what it is; the first that matches decides.
type Range<A> = (A, u32, AddressClass);

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u32, class: AddressClass) -> Range<Ipv4Addr> {
    (Ipv4Addr::new(a, b, c, d), length, class)
}

const fn v6(head: [u16; 4], length: u32, class: AddressClass) -> Range<Ipv6Addr> {
    (Ipv6Addr::new(head[0], head[1], head[2], head[3], 0, 0, 0, 0), length, class)
}

const V4: [Range<Ipv4Addr>; 20] = [
    v4(0, 0, 0, 0, 8, AddressClass::Unspecified),
    v4(10, 0, 0, 0, 8, AddressClass::Private),
    v4(100, 64, 0, 0, 10, AddressClass::SharedAddress),
    v4(127, 0, 0, 0, 8, AddressClass::Loopback),
    // public space that one large cloud routes to its own host agent from inside every machine
    v4(168, 63, 129, 16, 32, AddressClass::Reserved),
    v4(169, 254, 0, 0, 16, AddressClass::LinkLocal),
    v4(172, 16, 0, 0, 12, AddressClass::Private),
    v4(192, 0, 0, 0, 24, AddressClass::Reserved),
    v4(192, 0, 2, 0, 24, AddressClass::Documentation),
    v4(192, 31, 196, 0, 24, AddressClass::Reserved),
    v4(192, 52, 193, 0, 24, AddressClass::Reserved),
    v4(192, 88, 99, 0, 24, AddressClass::Reserved),
    v4(192, 168, 0, 0, 16, AddressClass::Private),
    v4(192, 175, 48, 0, 24, AddressClass::Reserved),
    v4(198, 18, 0, 0, 15, AddressClass::Benchmarking),
    v4(198, 51, 100, 0, 24, AddressClass::Documentation),
    v4(203, 0, 113, 0, 24, AddressClass::Documentation),
    v4(224, 0, 0, 0, 4, AddressClass::Multicast),
    v4(255, 255, 255, 255, 32, AddressClass::Broadcast),
    v4(240, 0, 0, 0, 4, AddressClass::Reserved),
];

/// Ranges with a name of their own; what is in none of them must lie in [`GLOBAL_UNICAST`].
const V6: [Range<Ipv6Addr>; 16] = [
    // `::` and `::1` are answered before the table; the rest of ::/96 is v4-compatible
    v6([0, 0, 0, 0], 96, AddressClass::Embedded),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, AddressClass::Embedded), // v4-translated, RFC 2765
    v6([0x64, 0xff9b, 0, 0], 96, AddressClass::Embedded),                     // NAT64, RFC 6052
    v6([0x64, 0xff9b, 1, 0], 48, AddressClass::Embedded),                     // local-use NAT64, RFC 8215
    v6([0x2001, 0, 0, 0], 32, AddressClass::Embedded),                        // Teredo, RFC 4380
    v6([0x2001, 2, 0, 0], 48, AddressClass::Benchmarking),
    v6([0x2001, 0xdb8, 0, 0], 32, AddressClass::Documentation),
    v6([0x2001, 0, 0, 0], 23, AddressClass::Reserved), // IETF protocol assignments
    v6([0x2002, 0, 0, 0], 16, AddressClass::Embedded), // 6to4, RFC 3056
    v6([0x2620, 0x4f, 0x8000, 0], 48, AddressClass::Reserved),
    v6([0x3ffe, 0, 0, 0], 16, AddressClass::Reserved),
    v6([0x3fff, 0, 0, 0], 20, AddressClass::Documentation),
    v6([0xfc00, 0, 0, 0], 7, AddressClass::UniqueLocal),
    v6([0xfe80, 0, 0, 0], 10, AddressClass::LinkLocal),
    v6([0xfec0, 0, 0, 0], 10, AddressClass::SiteLocal),
    v6([0xff00, 0, 0, 0], 8, AddressClass::Multicast),
];

/// The only part of IPv6 space from which unicast addresses are given out (RFC 4291, IANA).
const GLOBAL_UNICAST: Range<Ipv6Addr> = v6([0x2000, 0, 0, 0], 3, AddressClass::Public);

fn of_v4(address: Ipv4Addr) -> AddressClass {
    V4.iter()
        .find(|(base, length, _)| (address.to_bits() ^ base.to_bits()).leading_zeros() >= *length)
        .map_or(AddressClass::Public, |(_, _, class)| *class)
}

fn of_v6(address: Ipv6Addr) -> AddressClass {
    if let Some(inner) = address.to_ipv4_mapped() {
        return of_v4(inner);
    }
    match address {
        Ipv6Addr::UNSPECIFIED => return AddressClass::Unspecified,
        Ipv6Addr::LOCALHOST => return AddressClass::Loopback,
        _ => {}
    }
    let named = V6.iter().find(|range| covers(range, address)).map(|(_, _, class)| *class);
    match named {
        Some(class) => class,
        None if is_isatap(address) => AddressClass::Embedded,
        None if covers(&GLOBAL_UNICAST, address) => AddressClass::Public,
        None => AddressClass::Reserved,
    }
}

fn covers((base, length, _): &Range<Ipv6Addr>, address: Ipv6Addr) -> bool {
    (address.to_bits() ^ base.to_bits()).leading_zeros() >= *length
}

/// RFC 5214: an interface identifier of `[02]00:5efe` followed by an IPv4 address, under any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0200 == 0 && segments[5] == 0x5efe
}

#[cfg(test)]
mod tests;
