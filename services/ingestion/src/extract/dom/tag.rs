//! The element names that anything here asks for; all others are `Tag::Other`.

macro_rules! tags {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What kind of node it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in crate::extract) enum Tag { Text, Document, Other, $($variant),* }

        impl Tag {
            pub(super) fn of_name(name: &[u8]) -> Tag {
                match name {
                    $($name => Tag::$variant,)*
                    _ => Tag::Other,
                }
            }
        }
    };
}

tags! {
    Div b"div", Span b"span", A b"a", Li b"li", P b"p", Img b"img", Script b"script", Td b"td", Tr b"tr", Ul b"ul",
    I b"i", B b"b", Br b"br", Input b"input", Button b"button", Meta b"meta", Link b"link", Label b"label",
    H1 b"h1", H2 b"h2", H3 b"h3", H4 b"h4", H5 b"h5", H6 b"h6", Table b"table", Tbody b"tbody", Th b"th",
    Thead b"thead", Tfoot b"tfoot", Caption b"caption", Colgroup b"colgroup", Col b"col", Dl b"dl", Dt b"dt", Dd b"dd",
    Ol b"ol", Strong b"strong", Em b"em", Sup b"sup", Sub b"sub", Small b"small", Big b"big", Code b"code", Tt b"tt",
    Nobr b"nobr", Font b"font", U b"u", S b"s", Strike b"strike", Del b"del", Ins b"ins", Html b"html", Head b"head",
    Body b"body", Title b"title", Style b"style", Template b"template", Noscript b"noscript", Iframe b"iframe",
    Svg b"svg", Math b"math", Main b"main", Header b"header", Footer b"footer", Nav b"nav", Aside b"aside",
    Section b"section", Article b"article", Form b"form", Fieldset b"fieldset", Select b"select",
    Option b"option", Optgroup b"optgroup", Textarea b"textarea", Figure b"figure", Figcaption b"figcaption",
    Picture b"picture", Source b"source", Video b"video", Audio b"audio", Object b"object", Marquee b"marquee",
    Hr b"hr", Pre b"pre", Blockquote b"blockquote", Address b"address", Details b"details", Summary b"summary",
    Dialog b"dialog", Hgroup b"hgroup", Menu b"menu", Search b"search", Center b"center", Dir b"dir",
    Area b"area", Base b"base", Embed b"embed", Param b"param", Track b"track", Wbr b"wbr", Frame b"frame",
    Bdi b"bdi", Time b"time", Data b"data", Meter b"meter",
}

impl Tag {
    /// Elements that have no content and no end tag.
    pub(super) fn is_void(self) -> bool {
        matches!(
            self,
            Tag::Area
                | Tag::Base
                | Tag::Br
                | Tag::Col
                | Tag::Embed
                | Tag::Frame
                | Tag::Hr
                | Tag::Img
                | Tag::Input
                | Tag::Link
                | Tag::Meta
                | Tag::Param
                | Tag::Source
                | Tag::Track
                | Tag::Wbr
        )
    }

    /// Inline markup that HTML closes across blocks (its "formatting" elements).
    pub(super) fn is_formatting(self) -> bool {
        use Tag::{A, B, Big, Code, Em, Font, I, Nobr, S, Small, Strike, Strong, Tt, U};
        matches!(self, A | B | Big | Code | Em | Font | I | Nobr | S | Small | Strike | Strong | Tt | U)
    }

    /// A start tag of these ends an open paragraph.
    pub(super) fn closes_paragraph(self) -> bool {
        use Tag::{
            Address, Article, Aside, Blockquote, Center, Details, Dialog, Dir, Div, Dl, Fieldset, Figcaption,
            Figure, Footer, Form, H1, H2, H3, H4, H5, H6, Header, Hgroup, Hr, Main, Menu, Nav, Ol, P, Pre,
            Search, Section, Summary, Table, Ul,
        };
        matches!(
            self,
            Address
                | Article
                | Aside
                | Blockquote
                | Center
                | Details
                | Dialog
                | Dir
                | Div
                | Dl
                | Fieldset
                | Figcaption
                | Figure
                | Footer
                | Form
                | H1
                | H2
                | H3
                | H4
                | H5
                | H6
                | Header
                | Hgroup
                | Hr
                | Main
                | Menu
                | Nav
                | Ol
                | P
                | Pre
                | Search
                | Section
                | Summary
                | Table
                | Ul
        )
    }

    /// An end tag looks for its element no further up than one of these.
    pub(super) fn bounds_scope(self) -> bool {
        use Tag::{Caption, Document, Html, Marquee, Object, Table, Td, Template, Th};
        matches!(self, Caption | Document | Html | Marquee | Object | Table | Td | Template | Th)
    }

    /// Begins a new line, so that words on its two sides are two words.
    pub(in crate::extract) fn is_block(self) -> bool {
        use Tag::{Br, Button, Dd, Dt, Hr, Img, Input, Li, Option, Select, Tbody, Td, Th, Thead, Tr};
        self.closes_paragraph()
            || matches!(
                self,
                Br | Button
                    | Dd
                    | Dt
                    | Hr
                    | Img
                    | Input
                    | Li
                    | Option
                    | Select
                    | Tbody
                    | Td
                    | Th
                    | Thead
                    | Tr
            )
    }

    /// Holds text that a reader never sees.
    pub(in crate::extract) fn is_unseen(self) -> bool {
        use Tag::{Head, Iframe, Noscript, Script, Style, Template, Textarea};
        matches!(self, Head | Iframe | Noscript | Script | Style | Template | Textarea)
    }

    pub(in crate::extract) fn is_heading(self) -> bool {
        matches!(self, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6)
    }
}
