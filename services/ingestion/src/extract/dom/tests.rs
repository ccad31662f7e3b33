use super::{Dom, NodeId, Tag};

fn find(dom: &Dom, tag: Tag) -> NodeId {
    dom.all().find(|node| dom.tag(*node) == tag).expect("the element is in the page")
}

/// The page's elements as nested names.
fn outline(html: &str) -> String {
    let dom = Dom::parse(html);
    let mut out = String::new();
    let mut open: Vec<NodeId> = Vec::new();
    for node in dom.all().skip(1) {
        while open.last().is_some_and(|outer| !dom.contains(*outer, node)) {
            open.pop();
            out.push(')');
        }
        if dom.is_text(node) {
            out.push_str(dom.characters(node).trim());
        } else {
            out.push_str(dom.name(node));
            out.push('(');
            open.push(node);
        }
    }
    out.extend(open.iter().map(|_| ')'));
    out
}

#[test]
fn authors_may_leave_end_tags_out() {
    let cases = [
        ("<ul><li>a<li>b</ul>c", "ul(li(a)li(b))c"),
        ("<p>a<p>b<div>c</div>", "p(a)p(b)div(c)"),
        ("<table><tr><td>a<td>b<tr><th>c</table>d", "table(tr(td(a)td(b))tr(th(c)))d"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "dl(dt(a)dd(b)dt(c))"),
        ("<li>a<ul><li>b</ul><li>c", "li(aul(li(b)))li(c)"),
        ("<img src=x>a<br>b", "img()abr()b"),
        ("<table><tr><td></div>a</td></tr></table>", "table(tr(td(a)))"),
        ("<svg><path/><g/></svg>a", "svg(path()g())a"),
    ];
    for (html, expected) in cases {
        assert_eq!(outline(html), expected, "{html}");
    }
}

#[test]
fn an_open_shadow_tree_is_drawn_and_a_template_is_not() {
    let tag = |html: &str| {
        let dom = Dom::parse(html);
        let inner = dom.all().find(|node| dom.name(*node) == "template").expect("it is in the page");
        assert_eq!(outline(html), "x-a(template(b(1)))p(2)");
        dom.tag(inner)
    };
    assert_eq!(tag("<x-a><template shadowrootmode=open><b>1</b></template></x-a><p>2</p>"), Tag::Div);
    assert_eq!(tag("<x-a><template shadowrootmode=closed><b>1</b></template></x-a><p>2</p>"), Tag::Template);
    assert_eq!(tag("<x-a><template><b>1</b></template></x-a><p>2</p>"), Tag::Template);
}

#[test]
fn a_struck_out_word_does_not_strike_the_rest_of_the_page() {
    assert_eq!(outline("<div><s>1<p>2</s>3</p></div>4"), "div(s(1p(2))p(3))4");
    assert_eq!(outline("<s>1<b>2</s>3"), "s(1b(2))3");
}

#[test]
fn entities_attributes_and_names_are_resolved() {
    let dom = Dom::parse("<DIV ID='a&amp;b' hidden data-x=1>&euro;&nbsp;5</DIV>");
    let div = find(&dom, Tag::Div);
    assert_eq!(dom.attr(div, "id"), Some("a&b"));
    assert_eq!(dom.attr(div, "hidden"), Some(""));
    assert_eq!(dom.attr(div, "data-x"), Some("1"));
    assert_eq!(dom.attr(div, "data-y"), None);
    assert_eq!(dom.text(div, 100), "€ 5");
}

#[test]
fn text_keeps_words_of_blocks_apart_and_inline_ones_together() {
    let dom = Dom::parse("<body><div>a</div><div>b<span>c</span></div>d<script>e</script><br>f\n g</body>");
    assert_eq!(dom.text(NodeId::ROOT, 100), "a bc d f g");
    assert_eq!(dom.text(NodeId::ROOT, 3), "a b");
}

#[test]
fn children_and_ancestors_follow_the_tree() {
    let dom = Dom::parse("<ul><li>a<b>c</b><li>d</ul>");
    let ul = find(&dom, Tag::Ul);
    assert_eq!(dom.children(ul).filter(|node| dom.tag(*node) == Tag::Li).count(), 2);
    let b = find(&dom, Tag::B);
    let up: Vec<Tag> = dom.ancestors(b).map(|node| dom.tag(node)).collect();
    assert_eq!(up, [Tag::Li, Tag::Ul, Tag::Document]);
}

#[test]
fn depth_costs_neither_stack_nor_square_time() {
    let deep = 300_000;
    let html = format!("{}x{}", "<div>".repeat(deep), "</span>".repeat(deep));
    let dom = Dom::parse(&html);
    assert_eq!(dom.len(), deep + 2);
    assert_eq!(dom.text(NodeId::ROOT, 1 << 20), "x");
}
