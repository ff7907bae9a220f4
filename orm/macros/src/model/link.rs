//! Resolves relations many to many to the model of their link rows: one of the user's, one that is generated, or that of the
//! inverse relation. Used by `relation.rs`.

use syn::meta::ParseNestedMeta;
use syn::{Error, Path, Result};

use super::data::{Link, RelationField};

/// `= PostTag`.
pub(super) fn model(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    let value = meta.value().and_then(Path::parse_mod_style);
    value.map_err(|_| meta.error("write the link model: `through = PostTag`"))
}

/// The model of the link rows.
pub(super) fn side(field: &RelationField) -> Result<Link> {
    match (&field.through, &field.link_table) {
        (Some(path), None) => of_model(field, path),
        (None, Some(table)) => {
            // A generated table has no relations that could be named.
            let named = field.inverse.as_ref().or(field.link_target.as_ref());
            if let Some(named) = named {
                return Err(Error::new(
                    named.field.span(),
                    "one side has the `link_table`; the other one has `inverse` instead",
                ));
            }
            if table.value().is_empty() {
                return Err(Error::new(table.span(), "the name of the table is empty"));
            }
            Ok(Link::Table(table.clone()))
        }
        (Some(_), Some(table)) => Err(Error::new(
            table.span(),
            "a `link_table` is generated; leave it out, since `through` names a link model",
        )),
        (None, None) => of_inverse(field),
    }
}

fn of_model(field: &RelationField, path: &Path) -> Result<Link> {
    let named = match (&field.inverse, &field.link_target) {
        (None, None) => None,
        (Some(inverse), Some(target)) => Some((inverse.clone(), target.clone())),
        (Some(one), None) | (None, Some(one)) => {
            return Err(Error::new(
                one.field.span(),
                "name both relations of the link model: `inverse = Follow.follower, target = Follow.followed`",
            ));
        }
    };
    let path = path.clone();
    Ok(Link::Model { path, named })
}

fn of_inverse(field: &RelationField) -> Result<Link> {
    if let Some(target) = &field.link_target {
        return Err(Error::new(
            target.field.span(),
            "`target` is a relation of the link model; name that too: `through = Follow`",
        ));
    }
    let ident = &field.ident;
    let inverse = field.inverse.clone().ok_or_else(|| {
        let message = format!(
            "`{ident}` has no link table; write `#[orm(link_table = \"post_tags\")]`, or `#[orm(through = PostTag)]` for a model; or `#[orm(inverse = Tag.posts)]` if the relation of the other side has one"
        );
        Error::new(ident.span(), message)
    })?;
    Ok(Link::Inverse(inverse))
}
