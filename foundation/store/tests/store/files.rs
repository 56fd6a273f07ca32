//! Files: one per content, sealed, never half there, damage noticed.

use std::fs;
use std::path::{Path, PathBuf};

use store::{Error, Files};
use testkit::{folder, vault};

fn path_of(root: &Path, sm3: &str) -> PathBuf {
    root.join(&sm3[..2]).join(sm3)
}

#[tokio::test]
async fn the_same_content_is_one_file_and_comes_back() {
    let (root, vault) = (folder(), vault());
    let files = Files::open(root.path(), &vault).unwrap();
    let content = "户口簿首页".repeat(1000).into_bytes();
    let first = files.put(content.clone()).await.unwrap();
    let written = fs::read(path_of(root.path(), &first.sm3)).unwrap();
    let second = files.put(content.clone()).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(first.size, content.len() as u64);
    assert_eq!(fs::read(path_of(root.path(), &first.sm3)).unwrap(), written, "the second copy wrote nothing");
    assert_eq!(files.get(&first.sm3).await.unwrap(), content);
    assert!(files.exists(&first.sm3).await.unwrap());
    let plain = "户口簿".as_bytes();
    assert!(!written.windows(plain.len()).any(|part| part == plain), "on disk it is sealed");
    assert_eq!(files.get(&files.put(Vec::new()).await.unwrap().sm3).await.unwrap(), b"");
    // SM3 of "abc", GB/T 32905-2016 annex A.1.
    let abc = files.put(b"abc".to_vec()).await.unwrap();
    assert_eq!(abc.sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
}

#[tokio::test]
async fn a_damaged_file_is_reported_and_mended_by_a_new_copy() {
    let (root, vault) = (folder(), vault());
    let files = Files::open(root.path(), &vault).unwrap();
    let kept = files.put(b"licence".to_vec()).await.unwrap();
    let path = path_of(root.path(), &kept.sm3);
    let whole = fs::read(&path).unwrap();
    for damaged in
        [whole[..whole.len() - 1].to_vec(), vec![], [&whole[..20], &[whole[20] ^ 1], &whole[21..]].concat()]
    {
        fs::write(&path, damaged).unwrap();
        assert!(matches!(files.get(&kept.sm3).await, Err(Error::FileDamaged(name)) if name == kept.sm3));
    }
    // Another file's sealed bytes under this name are damage too.
    let other = files.put(b"other".to_vec()).await.unwrap();
    fs::copy(path_of(root.path(), &other.sm3), &path).unwrap();
    assert!(matches!(files.get(&kept.sm3).await, Err(Error::FileDamaged(_))));
    files.put(b"licence".to_vec()).await.unwrap();
    assert_eq!(files.get(&kept.sm3).await.unwrap(), b"licence");
}

#[tokio::test]
async fn names_that_are_none_lead_nowhere() {
    let (root, vault) = (folder(), vault());
    let files = Files::open(root.path().join("files"), &vault).unwrap();
    fs::write(root.path().join("secret"), "x").unwrap();
    let absent = "0".repeat(64);
    for name in [
        "",
        "../secret",
        "staging",
        &absent,
        &"A".repeat(64),
        &format!("../{}", "0".repeat(61)),
        "\u{4e2d}\u{6587}",
    ] {
        assert!(matches!(files.get(name).await, Err(Error::FileMissing(_))), "{name}");
        assert!(!files.exists(name).await.unwrap(), "{name}");
    }
}

#[tokio::test]
async fn a_failed_write_leaves_no_file() {
    let (root, vault) = (folder(), vault());
    let files = Files::open(root.path(), &vault).unwrap();
    let kept = files.put(b"licence".to_vec()).await.unwrap();
    let folder = root.path().join(&kept.sm3[..2]);
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, "in the way").unwrap(); // the place is taken by something that is no folder
    assert!(files.put(b"licence".to_vec()).await.is_err());
    assert_eq!(fs::read_dir(root.path().join("staging")).unwrap().count(), 0);
    fs::remove_file(&folder).unwrap();
    files.put(b"licence".to_vec()).await.unwrap();
    assert_eq!(fs::read_dir(root.path().join("staging")).unwrap().count(), 0);
    assert_eq!(files.get(&kept.sm3).await.unwrap(), b"licence");
}

#[expect(clippy::disallowed_methods, reason = "the machine dates its files")]
#[tokio::test]
async fn only_what_lay_long_is_removed_and_what_is_put_again_is_young() {
    let (root, vault) = (folder(), vault());
    let files = Files::open(root.path(), &vault).unwrap();
    let age = |sm3: &str| {
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(49);
        fs::File::options()
            .write(true)
            .open(path_of(root.path(), sm3))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    };
    let kept = files.put(b"one".to_vec()).await.unwrap().sm3;
    let folder = u8::from_str_radix(&kept[..2], 16).unwrap();
    assert!(files.old(folder).await.unwrap().is_empty());
    assert!(!files.remove_old(&kept).await.unwrap(), "its row may not be committed yet");
    age(&kept);
    assert_eq!(files.old(folder).await.unwrap(), [kept.as_str()]);
    files.put(b"one".to_vec()).await.unwrap();
    assert!(files.old(folder).await.unwrap().is_empty());
    assert!(!files.remove_old(&kept).await.unwrap());
    age(&kept);
    assert!(files.remove_old(&kept).await.unwrap());
    assert!(!files.remove_old(&kept).await.unwrap(), "gone already");
    assert!(!files.exists(&kept).await.unwrap());
    assert!(!files.remove_old("../../etc/passwd").await.unwrap());
    let folder_of_nothing = files.old(folder.wrapping_add(1)).await.unwrap();
    assert!(folder_of_nothing.is_empty());
}
