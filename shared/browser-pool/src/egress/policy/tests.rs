use super::*;

fn config(allow: &[&str]) -> EgressConfig {
    let allow = allow.iter().map(|pair| pair.parse().expect("a pair")).collect();
    EgressConfig { allow, ..EgressConfig::default() }
}

fn target(text: &str) -> HostPort {
    text.parse().expect("a pair")
}

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().expect("an address")).collect()
}

#[test]
fn names_are_looked_up_only_for_ports_that_could_be_reached() {
    let config = config(&["other.test:8080"]);
    assert_eq!(config.precheck(&target("shop.test:443")), Ok(Route::Lookup("shop.test".to_owned())));
    assert_eq!(config.precheck(&target("shop.test:8080")), Ok(Route::Lookup("shop.test".to_owned())));
    assert_eq!(config.precheck(&target("shop.test:22")), Err(RefusalReason::Port));
    assert_eq!(config.precheck(&target("1.1.1.1:8080")), Err(RefusalReason::Port));
}

#[test]
fn one_special_address_condemns_the_answer() {
    let config = config(&[]);
    let shop = target("shop.test:80");
    assert!(config.admit(&shop, &addresses(&["1.1.1.1", "2606:4700::1"])).is_ok());
    for special in ["127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "fd00::1"] {
        let mixed = addresses(&["1.1.1.1", special]);
        assert!(config.admit(&shop, &mixed).is_err(), "{special} last");
        let mixed = addresses(&[special, "1.1.1.1"]);
        assert!(config.admit(&shop, &mixed).is_err(), "{special} first");
    }
}

#[test]
fn a_pair_with_a_name_covers_whatever_it_resolves_to() {
    let config = config(&["shop.test:8080"]);
    assert!(config.admit(&target("shop.test:8080"), &addresses(&["10.0.0.1", "::1"])).is_ok());
    assert!(config.admit(&target("other.test:8080"), &addresses(&["10.0.0.1"])).is_err());
    assert!(config.admit(&target("shop.test:80"), &addresses(&["10.0.0.1"])).is_err());
}

#[test]
fn a_pair_with_an_address_covers_every_name_for_it_and_no_other_address() {
    let config = config(&["10.0.0.1:8080"]);
    assert!(config.admit(&target("shop.test:8080"), &addresses(&["10.0.0.1"])).is_ok());
    assert_eq!(
        config.admit(&target("shop.test:8080"), &addresses(&["10.0.0.1", "10.0.0.2"])),
        Err(RefusalReason::Address(AddressClass::Private))
    );
    assert_eq!(config.admit(&target("shop.test:8080"), &addresses(&["1.1.1.1"])), Err(RefusalReason::Port));
}

#[test]
fn localhost_keeps_the_addresses_that_are_allowed() {
    let config = config(&["127.0.0.1:8080", "localhost:9090"]);
    let known =
        |texts: &[&str]| Ok(Route::Known(texts.iter().map(|text| text.parse().expect("socket")).collect()));
    assert_eq!(config.precheck(&target("localhost:8080")), known(&["127.0.0.1:8080"]));
    assert_eq!(config.precheck(&target("localhost:9090")), known(&["127.0.0.1:9090", "[::1]:9090"]));
    assert_eq!(config.precheck(&target("localhost:80")), Err(RefusalReason::Address(AddressClass::Loopback)));
}

#[test]
fn reasons_have_names_of_their_own() {
    let mut names: Vec<_> = RefusalReason::all().map(RefusalReason::as_str).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
