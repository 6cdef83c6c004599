//! A macro that writes the `with_…` methods of option structs.

/// Writes one method `with_…` for each field. The method sets the field and returns the struct.
macro_rules! setters {
    ($options:ident $($(#[$doc:meta])* $name:ident => $field:ident: $type:ty;)*) => {
        impl $options {
            $($(#[$doc])* #[must_use]
            pub fn $name(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            })*
        }
    };
}

pub(crate) use setters;
