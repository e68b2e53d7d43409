//! Hashes in the forms of web frameworks, LDAP servers and `crypt(3)`, made by their own tools.

use unlockd_application::ports::Verification;

use crate::imported_hashes::verify;

const PASSWORD: &str = "Tr0ub4dor&3 x";

/// Made by Python's `hashlib`.
const PADDED: [&str; 5] = [
    "$argon2id$v=19$m=256,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg==$tOpYU89dmBsEjRr7QM3Lw7mhQQCEJp2/8xK4xQu59q4=",
    "$pbkdf2-sha256$i=1000$AQIDBAUGBwgJCgsMDQ4PEA==$/2dI7XBJLqudio8xCBLKrd+9BcvFBeZHw4vl26PcHPo=",
    "$pbkdf2-sha512$1000$AQIDBAUGBwgJCgsMDQ4PEA==$IcfHuGLn68+E2hXUS7epGA1Iow43y7LRrf/w1Kw/sZc1XKAP9IxrKTKY4U0j2VTGAiv\
     nUSjjw2BEM8ive76n1Q==",
    "$scrypt$ln=4,r=8,p=1$AQIDBAUGBwgJCgsMDQ4PEA==$hLguONaIURLc7qIMlW/1gchWf03nvdLubxOX+ItWIgg=",
    "$pbkdf2-sha512$i=210000$cdzC6cpzl3Hgo8QC1qHKhQ==$rBIFjpo90fToiAteqdx+IbX7arXCQ+/+Iw755c2aMilPAvIRZzJbWVfEKUuO4/k\
     laj89YDO5uTTnhuQZgfihXA==",
];

/// Made by `django.contrib.auth.hashers` of Django 5.2, the last three with the costs that Django sets.
const DJANGO: [&str; 9] = [
    "pbkdf2_sha256$1000$0ncn4H6OrVNO$CmGp8B+rdBGsme8ZUK62t1ubh1MkJMS168O6zITIE3g=",
    "pbkdf2_sha1$1000$0ncn4H6OrVNO$NDRVJPCQqOLOhHpyGobThSKJfIY=",
    "argon2$argon2id$v=19$m=256,t=2,p=2$YzJGc2RITmhiSFJ6WVd4MA$YKsT3/5YYlzGh2oaJmG7/2N2LDjlwuiK7K1HsX04P0Y",
    "bcrypt_sha256$$2b$04$wQCLSGzCQLV1IAY9SfHcn.OmlNc.0QUEJffczjv99PXRrX9cRybR2",
    "bcrypt$$2b$04$4mSCEf9rSjcDzfSPWci8B..NPFEE4GBL2jy916ZnktOBXPJRQhGlm",
    "scrypt$1024$saltsalt$8$5$Lu+gSKAVL12Jj+C/xAeouQ7rd5tSbIcYGzHntLz0Mq+0yEiawxbiTzLmy6x9CcFA3puUG5+VwvEU806LU4xmOg=\
     =",
    "pbkdf2_sha256$600000$0ncn4H6OrVNO$uK4hX0HSCsywzRqGlp+jCQ1rsJLFjGyJ6WKj9PKAOQI=",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$kR653Yhe2YhnGkvWi3lZnA$BtKofiWcQSle3jiAAKip51jKsSb2D7NZ5DL1Ev8l7BU",
    "bcrypt_sha256$$2b$08$Zcres4wRSIg5YvvZcngfgeQl79yUCau1u/RkAgeqZaqKsa3nkwORi",
];

/// Made by Werkzeug 3.1.
const WERKZEUG: [&str; 5] = [
    "scrypt:1024:8:2$z0hvNfZ54xL7iWnf$e65b995344afb4732f70e8caa4f79f257438386435b400ee03b62cd452bfbe94ec80a35c844f377\
     a570d159943d82986da7acdd4e1bb88e8e59989ffbbe2a5c0",
    "pbkdf2:sha1:1000$8KYmT4hc4yPZvjAZ$c277490db0e19baed41fb0c2ba9a10a8d0831312",
    "pbkdf2:sha256:1000$hKfbvCVDsrARO4Tv$f260439e568cab6077344feb93eb94d1c06dfe32dcf7146fd2d43c738be2ce75",
    "pbkdf2:sha512:1000$9FKpJoyPTGLViaQj$ae80391cfbdc3b71bf8ae7495d53c3058728fe9ce48683c9db9f59b173052a6c79a452b739a2\
     99c3a8bd46bd6651533ec9c89b92c478dfb427d37ae656f9d8dd",
    "scrypt:32768:8:1$saltsalt$97b9ec82805a1eba570e3ff1948b8e5182bc80003387d25fb69c2cd87acac8bf0a73c0c8bb75984b59449b\
     613fe14142ba53a12e9fcb4574b6201d992ff5da3e",
];

/// Made with the key and salt that github.com/firebase/scrypt publishes.
const FIREBASE: [&str; 3] = [
    "$firebasescrypt$ln=10,r=8$42xEC+ixf3L2lw==$1LpvbdjQkYSILOYD10oPSb8Sno/pzT1yvohD/nEExs8PYQg/2qRELREjU+lsDNe/RqokF\
     UwOLX/kl9MsL54Gww==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=\
     =",
    "$firescrypt$ln=10,r=8,p=1$42xEC+ixf3L2lw==$1LpvbdjQkYSILOYD10oPSb8Sno/pzT1yvohD/nEExs8PYQg/2qRELREjU+lsDNe/RqokF\
     UwOLX/kl9MsL54Gww==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=\
     =",
    "$firebasescrypt$ln=10,r=8$42xEC-ixf3L2lw==$1LpvbdjQkYSILOYD10oPSb8Sno_pzT1yvohD_nEExs8PYQg_2qRELREjU-lsDNe_RqokF\
     UwOLX_kl9MsL54Gww==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=\
     =",
];

/// Made by passlib.
const PHPASS: [&str; 3] = [
    "$P$5Ev7vNOWMo9e3LEiUGT0OmKwHhwyB7.",
    "$H$66x1QQ2KAsp8NV58V5k8SbM5rNqW7T0",
    "$P$HJ1ecnLHSg4EwFJvHh4FdEloMCIPKZ1",
];

/// Made by `openssl passwd`, then passlib.
const SHA_CRYPT: [&str; 6] = [
    "$5$saltstring$X1C8dTT5MKs3v5pQYVeuimr3wYRWLwwUjW./EMKqCg9",
    "$6$saltstring$lBUKWDFcj.dw9jVcPbjDH13siZrrhWx406LPWhUh7SSWFgAloEsa4ldAu9BWWgbiilUh6KDQTCKd5/tKHVGsd0",
    "$5$sixteen.chars16x$JTG21Sv6zDwYa7wX0CcxCCT2PccGmsza5e6cJXWCcE8",
    "$6$s$orxb5eCuVoOhxtuKQDRlYU4qOfEd.swlpSW/27Beh3PMrpc4aJ1ckPupBayKILDm1fqULmzMmlD7nLwcnyzFC1",
    "$5$rounds=1000$pcEM56wdvRCoEKNC$Pc0gGopBkr9ROInlpAKv1.ITctWSq.shoS7fVtRVFuA",
    "$6$rounds=1001$4dp8lgCRYFmWEGsp$TFuQD1lCAp0IJBfvuhFa1Z2i82lJOhwn4SJZOtAGJb8RAGfLnjCJgIdXE5FxUjMxgdPVLqRbiAoUk.SC\
     c6Li60",
];

/// Made by `mkpasswd` of Debian.
const YESCRYPT: [&str; 3] = [
    "$y$j75$rXIjntnKqjsU.oiJRxt9d0$JNsbnczUyf8oLcD1CPJ68CU9oRFPIz17LnxTmJjzboA",
    "$y$j7T$RB/8wpqTFO9P3L1kT7/r50$vp7ER8ZS6MxxD8EdQijgp6e1kKWSauj.Zn0gpqHssq6",
    "$y$j9T$tLCZPuGykfKzgayaNKpjg0$dBbxzjLP3FWSUv1VatlPkUtPG2XtnvYDKq8eft2BQR1",
];

/// Made by passlib, then Python's `hashlib`.
const LDAP: [&str; 9] = [
    "{SHA}uRe0/HgnZ4NHb66u7ZTYT5Yuhm0=",
    "{SSHA}RJ4i38lxo4clk6z+Z54zNdBLuPZf6703",
    "{SSHA256}d3RbuySAWLroIVCnsDpnG9ICj6kqJNMUdp1gZYhBzBWudc4ZY4yxlg==",
    "{SSHA512}KnNmI56QfESY6muuDgogsaC7GVYEDa75iaQ/r2AwBH/MPYXKX9Rd4fCA2RarNogS4Hydt8//wvPhS6O3XBcB43IuRQhhLKWU",
    "{SHA256}p1Z1mhL7+2J+IQbGjD1952fy+bw8y1tYXeND2jbQnNY=",
    "{SHA384}z5iDTT8cJiZQ06JZkR+8FWKdapAmzJ2wfO99B+b+K2QL3kPh9QmEXsS5GxHX9832",
    "{SHA512}utVwVDzEZo/m/3cW16p4IyfVwP1A0sIa60Bu47Ns9OCiyBC5P51Yx5K8/JDkjRfms84ImTo2eyaDUiCKsI97xg==",
    "{SSHA384}I3h2QB1DTFBefZXUqbsumhlsUHwLhPtNvwgnJusqT9Y0Z/xEZUKaSj4h5Sc6auWhc2FsdHNhbHQ=",
    "{CRYPT}$6$rounds=1000$By4/jc1heXll16P9$TS551Ey3eP9HV62d7L2qO4RLdUmh9o2qP/fDKMLb.KHPe5Q7kQoYVgC8YgTiq24Lny0bc8jTd\
     W257Ah/TtyFF1",
];

/// Made by Python's `hashlib`, with SHA-1, SHA-256 and SHA-512.
const ASP_NET: [&str; 3] = [
    "AQAAAAAAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg/zs/m7zbmuQLZm1V65Mz2A+N4muk4rsnddUups+gP0Xg==",
    "AQAAAAEAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg+INSj7+lD6WND4xegwMG3nxH7yWbXxdupaqHO+bZ/RXA==",
    "AQAAAAIAAAPoAAAAEAABAgMEBQYHCAkKCwwNDg/71sb+9ba8KxvVkpju0fWRfrMDZrHoXN4Y+n4n5oEBLA==",
];

async fn assert_only_the_password_verifies(hashes: &[&str]) {
    for hash in hashes {
        let outdated = Verification::Match { is_outdated: true };
        assert_eq!(verify(PASSWORD, hash).await, outdated, "{hash}");
        assert_eq!(verify("tr0ub4dor&3 x", hash).await, Verification::Mismatch, "{hash}");
    }
}

#[tokio::test]
async fn base64_with_padding_is_read_in_every_phc_string() {
    assert_only_the_password_verifies(&PADDED).await;
}

#[tokio::test]
async fn hashes_of_django_verify() {
    assert_only_the_password_verifies(&DJANGO).await;
}

#[tokio::test]
async fn hashes_of_werkzeug_verify() {
    assert_only_the_password_verifies(&WERKZEUG).await;
}

#[tokio::test]
async fn hashes_of_firebase_verify_in_the_forms_of_zitadel_and_kratos() {
    assert_only_the_password_verifies(&FIREBASE).await;
}

#[tokio::test]
async fn hashes_of_phpass_verify() {
    assert_only_the_password_verifies(&PHPASS).await;
}

#[tokio::test]
async fn hashes_of_sha_crypt_verify_with_given_and_usual_rounds() {
    assert_only_the_password_verifies(&SHA_CRYPT).await;
}

#[tokio::test]
async fn hashes_of_yescrypt_verify() {
    assert_only_the_password_verifies(&YESCRYPT).await;
}

#[tokio::test]
async fn hashes_of_ldap_servers_verify_salted_and_unsalted() {
    assert_only_the_password_verifies(&LDAP).await;
}

#[tokio::test]
async fn hashes_of_asp_net_identity_verify() {
    assert_only_the_password_verifies(&ASP_NET).await;
}

/// Published by github.com/firebase/scrypt, Ory Kratos, the specification of SHA-crypt, phpass and ASP.NET Core.
#[tokio::test]
async fn published_examples_verify() {
    let key = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    let hash = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let firebase = format!("$firebasescrypt$ln=14,r=8$42xEC+ixf3L2lw==${hash}$Bw==${key}");
    for (password, hash) in [
        ("user1password", firebase.as_str()),
        (
            "8x4WjoDbSxJZdR",
            "$firescrypt$ln=14,r=8,p=1$sPtDhWcd1MfdAw==$xbSou7FOl6mChCyzpCPIQ7tku7nsQMTFtyOZSXXd7tjBa4NtimOx7v42Gv2SfzPQ\
             u1oxM2/k4SsbOu73wlKe1A==$Bw==$YE0dO4bwD4JnJafh6lZZfkp1MtKzuKAXQcDCJNJNyeCHairWHKENOkbh3dzwaCdizzOspwr/FITUVlnO\
             AwPKyw==",
        ),
        (
            "Hello world!",
            "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
        ),
        (
            "Hello world!",
            "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
        ),
        (
            "Hello world!",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
        ),
        ("test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
        (
            "my password",
            "AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M",
        ),
        (
            "my password",
            "AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=",
        ),
        (
            "my password",
            "AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+\
             ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==",
        ),
    ] {
        let outdated = Verification::Match { is_outdated: true };
        assert_eq!(verify(password, hash).await, outdated, "{hash}");
    }
}

#[tokio::test]
async fn a_password_of_300_characters_verifies() {
    let outdated = Verification::Match { is_outdated: true };
    for hash in [
        "$6$rounds=1000$B4TVHLKFH.lBirxO$40Wvs5EasP91duURB9aKA8fZiK3M2Weepx2qMO6OgtzP48MWHoBvi5ARtha0LDE3xqj1exUhZ/pPlGTHUpLgp1",
        "$y$j75$vkGsl3oxaOdSu80GcsRPB/$J9cqJUBLW7aDmFJmVhqa1sV4UViWKYPfjuoDDoUc9hA",
        "$P$5587ozesCE.YdL0ecO5Gh2zNAnwMzs0",
    ] {
        assert_eq!(verify(&"a".repeat(300), hash).await, outdated, "{hash}");
        assert_eq!(verify(&"a".repeat(299), hash).await, Verification::Mismatch, "{hash}");
    }
}

/// The password has 511 bytes, the most that `crypt(3)` takes; its rounds hash the whole password each time.
#[tokio::test]
async fn the_longest_password_of_crypt_verifies_and_more_rounds_bound_its_length() {
    let hash = "$5$rounds=1000$Znmf8Je7xaQZeOJM$Ee62kpbiSU35jnLqKYV.69qTEDB7QkzvOQ8B0agnLP6";
    let password = format!("{}c", "ab".repeat(255));
    assert_eq!(verify(&password, hash).await, Verification::Match { is_outdated: true });
    let costly = hash.replace("rounds=1000$", "rounds=1000000$");
    assert_eq!(verify(&"a".repeat(1024), &costly).await, Verification::Mismatch);
}
