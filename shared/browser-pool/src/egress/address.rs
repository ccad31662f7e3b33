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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, class: AddressClass) {
        let address: IpAddr = text.parse().expect("an address of the table below");
        assert_eq!(AddressClass::of(address), class, "{text}");
    }

    #[test]
    fn every_special_v4_range_is_named_and_its_neighbours_are_public() {
        use AddressClass as C;
        let ranges = [
            ("0.0.0.0", "0.255.255.255", C::Unspecified),
            ("10.0.0.0", "10.255.255.255", C::Private),
            ("100.64.0.0", "100.127.255.255", C::SharedAddress),
            ("168.63.129.16", "168.63.129.16", C::Reserved),
            ("169.254.0.0", "169.254.255.255", C::LinkLocal),
            ("172.16.0.0", "172.31.255.255", C::Private),
            ("192.0.0.0", "192.0.0.255", C::Reserved),
            ("192.0.2.0", "192.0.2.255", C::Documentation),
            ("192.31.196.0", "192.31.196.255", C::Reserved),
            ("192.52.193.0", "192.52.193.255", C::Reserved),
            ("192.88.99.0", "192.88.99.255", C::Reserved),
            ("192.168.0.0", "192.168.255.255", C::Private),
            ("192.175.48.0", "192.175.48.255", C::Reserved),
            ("198.18.0.0", "198.19.255.255", C::Benchmarking),
            ("198.51.100.0", "198.51.100.255", C::Documentation),
            ("203.0.113.0", "203.0.113.255", C::Documentation),
        ];
        for (first, last, class) in ranges {
            check(first, class);
            check(last, class);
            let (first, last): (Ipv4Addr, Ipv4Addr) =
                (first.parse().expect("literal"), last.parse().expect("literal"));
            if first.to_bits() > 0 {
                assert_eq!(of_v4(Ipv4Addr::from_bits(first.to_bits() - 1)), C::Public, "before {first}");
            }
            assert_eq!(of_v4(Ipv4Addr::from_bits(last.to_bits() + 1)), C::Public, "after {last}");
        }
        check("127.0.0.1", C::Loopback);
        check("127.255.255.255", C::Loopback);
        check("126.255.255.255", C::Public);
        check("128.0.0.0", C::Public);
        check("223.255.255.255", C::Public);
        check("224.0.0.0", C::Multicast);
        check("239.255.255.255", C::Multicast);
        check("240.0.0.0", C::Reserved);
        check("255.255.255.254", C::Reserved);
        check("255.255.255.255", C::Broadcast);
    }

    #[test]
    fn every_special_v6_range_is_named() {
        use AddressClass as C;
        for (text, class) in [
            ("::", C::Unspecified),
            ("::1", C::Loopback),
            ("::2", C::Embedded),
            ("::8.8.8.8", C::Embedded),
            ("::ffff:127.0.0.1", C::Loopback),
            ("::ffff:169.254.169.254", C::LinkLocal),
            ("::ffff:8.8.8.8", C::Public),
            ("::ffff:0:127.0.0.1", C::Embedded),
            ("64:ff9b::7f00:1", C::Embedded),
            ("64:ff9b:1::7f00:1", C::Embedded),
            ("64:ff9b:1:ffff::1", C::Embedded),
            ("64:ff9b:2::1", C::Reserved),
            ("100::1", C::Reserved),
            ("100:0:0:1::1", C::Reserved),
            ("2001::1", C::Embedded),
            ("2001:1::1", C::Reserved),
            ("2001:2::1", C::Benchmarking),
            ("2001:20::1", C::Reserved),
            ("2001:1ff:ffff::1", C::Reserved),
            ("2001:200::1", C::Public),
            ("2001:db8::1", C::Documentation),
            ("2001:4860:4860::8888", C::Public),
            ("2002:7f00:1::1", C::Embedded),
            ("2606:4700::1111", C::Public),
            ("2620:4f:8000::1", C::Reserved),
            ("3ffe::1", C::Reserved),
            ("3fff:fff::1", C::Documentation),
            ("2a00:1450::5efe:a00:1", C::Embedded),
            ("2a00:1450::200:5efe:8.8.8.8", C::Embedded),
            ("4000::1", C::Reserved),
            ("5f00::1", C::Reserved),
            ("fc00::1", C::UniqueLocal),
            ("fd00:ec2::254", C::UniqueLocal),
            ("fe80::1", C::LinkLocal),
            ("febf::1", C::LinkLocal),
            ("fec0::1", C::SiteLocal),
            ("ff02::1", C::Multicast),
        ] {
            check(text, class);
        }
    }

    fn not_public_v4() -> impl Strategy<Value = Ipv4Addr> {
        prop::sample::select(V4.to_vec()).prop_flat_map(|(base, length, _)| {
            any::<u32>().prop_map(move |bits| {
                let free = u32::MAX.checked_shr(length).unwrap_or(0);
                Ipv4Addr::from_bits(base.to_bits() | (bits & free))
            })
        })
    }

    /// Every way in which an IPv6 address is known to carry an IPv4 one.
    fn embeddings(inner: Ipv4Addr) -> Vec<Ipv6Addr> {
        let bits = u128::from(inner.to_bits());
        let low = |head: u128| Ipv6Addr::from_bits(head | bits);
        vec![
            inner.to_ipv6_mapped(),
            low(0),
            low(0xffff_u128 << 48),
            low(0x0064_ff9b_u128 << 96),
            low((0x0064_ff9b_u128 << 96) | (1_u128 << 80)),
            Ipv6Addr::from_bits((0x2002_u128 << 112) | (bits << 80)),
            Ipv6Addr::from_bits((0x2001_u128 << 112) | (bits << 64)),
            Ipv6Addr::from_bits((0x2001_u128 << 112) | (!bits & 0xffff_ffff)),
            low((0x2a00_1450_u128 << 96) | (0x5efe_u128 << 32)),
            low((0x2a00_1450_u128 << 96) | (0x0200_5efe_u128 << 32)),
        ]
    }

    proptest! {
        #[test]
        fn a_private_v4_is_refused_in_every_v6_form(inner in not_public_v4()) {
            prop_assert_ne!(of_v4(inner), AddressClass::Public);
            for outer in embeddings(inner) {
                prop_assert_ne!(of_v6(outer), AddressClass::Public, "{} in {}", inner, outer);
            }
        }

        #[test]
        fn only_global_unicast_v6_is_public(bits in any::<u128>()) {
            let address = Ipv6Addr::from_bits(bits);
            let mapped = address.to_ipv4_mapped().is_some();
            if of_v6(address) == AddressClass::Public && !mapped {
                prop_assert_eq!(address.segments()[0] >> 13, 1, "{}", address);
            }
        }

        #[test]
        fn a_mapped_address_is_what_is_inside(bits in any::<u32>()) {
            let inner = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(of_v6(inner.to_ipv6_mapped()), of_v4(inner));
        }
    }
}
