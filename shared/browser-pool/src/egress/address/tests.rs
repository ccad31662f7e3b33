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
