//! The element names that anything here asks for; all others are `Tag::Other`.

macro_rules! tags {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What kind of node it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(in crate::extract) enum Tag { Text, Document, Other, $($variant),* }

        impl Tag {
            pub(super) fn of_name(name: &[u8]) -> Tag {
                $(if name == $name.as_bytes() { return Tag::$variant; })*
                Tag::Other
            }
        }
    };
}

tags! {
    Div "div", Span "span", A "a", Li "li", P "p", Img "img", Script "script", Td "td", Tr "tr", Ul "ul",
    I "i", B "b", Br "br", Input "input", Button "button", Meta "meta", Link "link", Label "label",
    H1 "h1", H2 "h2", H3 "h3", H4 "h4", H5 "h5", H6 "h6", Table "table", Tbody "tbody", Th "th",
    Thead "thead", Tfoot "tfoot", Caption "caption", Colgroup "colgroup", Col "col", Dl "dl", Dt "dt", Dd "dd",
    Ol "ol", Strong "strong", Em "em", Sup "sup", Sub "sub", Small "small", Big "big", Code "code", Tt "tt",
    Nobr "nobr", Font "font", U "u", S "s", Strike "strike", Del "del", Ins "ins", Html "html", Head "head",
    Body "body", Title "title", Style "style", Template "template", Noscript "noscript", Iframe "iframe",
    Svg "svg", Math "math", Main "main", Header "header", Footer "footer", Nav "nav", Aside "aside",
    Section "section", Article "article", Form "form", Fieldset "fieldset", Select "select",
    Option "option", Optgroup "optgroup", Textarea "textarea", Figure "figure", Figcaption "figcaption",
    Picture "picture", Source "source", Video "video", Audio "audio", Object "object", Marquee "marquee",
    Hr "hr", Pre "pre", Blockquote "blockquote", Address "address", Details "details", Summary "summary",
    Dialog "dialog", Hgroup "hgroup", Menu "menu", Search "search", Center "center", Dir "dir",
    Area "area", Base "base", Embed "embed", Param "param", Track "track", Wbr "wbr", Frame "frame",
    Bdi "bdi", Time "time", Data "data", Meter "meter",
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
